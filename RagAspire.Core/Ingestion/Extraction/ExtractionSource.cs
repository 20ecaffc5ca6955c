using RagAspire.Documents.Children;

namespace RagAspire.Ingestion.Extraction;

/// <summary>A file to extract.</summary>
/// <param name="Content">A seekable stream; each attempt reads it from its start.</param>
/// <param name="ContentType">One of <see cref="RagAspire.Extraction.ContentTypes"/>, as detected from the content.</param>
/// <param name="Collection">No process reads documents of two collections.</param>
/// <param name="Hash">Identifies the content, so that a costly one is recognised when it is tried again.</param>
public sealed record ExtractionSource(Stream Content, string ContentType, string Collection, string Hash)
{
    /// <summary>Takes the files that are inside; null leaves them there.</summary>
    public AttachedFiles? Attached { get; init; }

    /// <summary>The largest of these files that is taken, in bytes.</summary>
    public long LargestAttached { get; init; }

    /// <summary>How many documents are around the file.</summary>
    public int Depth { get; init; }
}
