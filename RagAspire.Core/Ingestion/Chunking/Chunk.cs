using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion.Chunking;

/// <summary>The part of a document that is searched, cited and embedded as one.</summary>
/// <param name="Ordinal">0-based position in the document.</param>
/// <param name="Text">The chunk as a person reads it.</param>
/// <param name="Section">The heading path at its start, such as "Notes > Leases"; null at the top.</param>
/// <param name="Page">1-based page, slide or sheet on which it starts; null where the format has none.</param>
/// <param name="TokenCount">Tokens of <see cref="IndexedText"/> by the embedding tokenizer.</param>
public sealed record Chunk(int Ordinal, string Text, string? Section, int? Page, int TokenCount)
{
    /// <summary>The text that is indexed and embedded.</summary>
    public string IndexedText => ChunkText.Of(Section, Text);

    /// <summary>Where it stands in the document's text.</summary>
    public ChunkPlace? Place { get; init; }

    /// <summary>The document's text between the chunk before and this one: headings and line breaks.</summary>
    public string? Lead { get; init; }
}
