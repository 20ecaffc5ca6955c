namespace RagAspire.Diagnosis.Operations;

/// <summary>The codes of findings about backups, alerts and configuration.</summary>
public static class OperationCodes
{
    public const string NoBackup = "RAG-D103";
    public const string BackupOld = "RAG-D104";
    public const string BackupDamaged = "RAG-D105";
    public const string Drill = "RAG-D106";
    public const string Expired = "RAG-D107";
    public const string Expires = "RAG-D108";
    public const string BackupUntrusted = "RAG-D109";
    public const string Alerts = "RAG-D110";
    public const string NoKey = "RAG-D111";
    public const string MetricsOpen = "RAG-D112";
    public const string DevelopmentKey = "RAG-D113";
    public const string SameDisk = "RAG-D114";
    public const string Plain = "RAG-D115";
    public const string TimeLimits = "RAG-D116";
    public const string Pool = "RAG-D117";
    public const string Superuser = "RAG-D118";
    public const string Sandbox = "RAG-D119";
}
