namespace RagAspire.Diagnosis.Redis;

/// <summary>The codes of findings about Redis.</summary>
public static class RedisCodes
{
    public const string Unreachable = "RAG-D050";
    public const string Login = "RAG-D051";
    public const string Memory = "RAG-D052";
    public const string Evictions = "RAG-D053";
    public const string Clients = "RAG-D054";
    public const string Slow = "RAG-D055";
    public const string Persistence = "RAG-D056";
    public const string Latency = "RAG-D057";
    public const string Replica = "RAG-D058";
}
