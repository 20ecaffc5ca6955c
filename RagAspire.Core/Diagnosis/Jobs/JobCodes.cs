namespace RagAspire.Diagnosis.Jobs;

/// <summary>The codes of findings about background jobs.</summary>
public static class JobCodes
{
    public const string NoServer = "RAG-D080";
    public const string DeadServer = "RAG-D081";
    public const string QueueLong = "RAG-D082";
    public const string QueueOld = "RAG-D083";
    public const string Failing = "RAG-D084";
    public const string Overdue = "RAG-D085";
    public const string Stuck = "RAG-D086";
}
