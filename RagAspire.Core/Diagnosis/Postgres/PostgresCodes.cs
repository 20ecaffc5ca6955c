namespace RagAspire.Diagnosis.Postgres;

/// <summary>The codes of findings about PostgreSQL.</summary>
public static class PostgresCodes
{
    public const string NotInstalled = "RAG-D020";
    public const string NotRunning = "RAG-D021";
    public const string Refused = "RAG-D022";
    public const string NameResolution = "RAG-D023";
    public const string Authentication = "RAG-D024";
    public const string DatabaseMissing = "RAG-D025";
    public const string TooManyClients = "RAG-D026";
    public const string DiskFull = "RAG-D027";
    public const string ReadOnly = "RAG-D028";
    public const string Recovery = "RAG-D029";
    public const string Starting = "RAG-D030";
    public const string Version = "RAG-D031";
    public const string Migration = "RAG-D032";
    public const string Corrupted = "RAG-D033";
    public const string NoAnswer = "RAG-D034";
    public const string Connections = "RAG-D035";
    public const string IdleInTransaction = "RAG-D036";
    public const string LongTransaction = "RAG-D037";
    public const string Locks = "RAG-D038";
    public const string CacheHits = "RAG-D039";
    public const string Deadlocks = "RAG-D040";
    public const string DeadRows = "RAG-D041";
    public const string TransactionIds = "RAG-D042";
    public const string InvalidIndex = "RAG-D043";
    public const string Checkpoints = "RAG-D044";
    public const string Replication = "RAG-D045";
    public const string PoolExhausted = "RAG-D046";
    public const string SlowStatements = "RAG-D047";
    public const string Statistics = "RAG-D048";
    public const string Wal = "RAG-D049";
    public const string Growth = "RAG-D150";
    public const string SynchronousStandby = "RAG-D151";
}
