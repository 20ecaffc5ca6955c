namespace RagAspire.Diagnosis.Models;

/// <summary>The codes of findings about the models.</summary>
public static class ModelCodes
{
    public const string Unreachable = "RAG-D070";
    public const string Missing = "RAG-D071";
    public const string Cold = "RAG-D072";
    public const string Queue = "RAG-D073";
    public const string Slow = "RAG-D074";
    public const string Failing = "RAG-D075";
}
