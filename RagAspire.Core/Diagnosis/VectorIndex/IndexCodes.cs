namespace RagAspire.Diagnosis.VectorIndex;

/// <summary>The codes of findings about the vector index.</summary>
public static class IndexCodes
{
    public const string Unreachable = "RAG-D060";
    public const string Login = "RAG-D061";
    public const string Red = "RAG-D062";
    public const string Unindexed = "RAG-D063";
    public const string Queue = "RAG-D064";
    public const string RecoveryMode = "RAG-D065";
    public const string Missing = "RAG-D066";
    public const string OutOfStep = "RAG-D067";
    public const string NotLoaded = "RAG-D068";
    public const string Slow = "RAG-D069";
}
