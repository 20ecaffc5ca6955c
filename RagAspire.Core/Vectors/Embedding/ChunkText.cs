namespace RagAspire.Vectors.Embedding;

/// <summary>The text of a chunk that is embedded and indexed.</summary>
public static class ChunkText
{
    /// <summary>The heading path, then the chunk's own text.</summary>
    public static string Of(string? section, string text) => section is null ? text : $"{section}\n{text}";
}
