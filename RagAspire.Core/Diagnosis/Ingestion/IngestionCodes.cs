namespace RagAspire.Diagnosis.Ingestion;

/// <summary>The codes of findings about ingestion.</summary>
public static class IngestionCodes
{
    public const string Waiting = "RAG-D090";
    public const string Embedding = "RAG-D091";
    public const string Failing = "RAG-D092";
    public const string Poison = "RAG-D093";
    public const string Lease = "RAG-D094";
}
