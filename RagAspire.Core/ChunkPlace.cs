namespace RagAspire;

/// <summary>Where a chunk stands in its document's text; positions count UTF-16 code units.</summary>
/// <param name="Start">Of the chunk, without the header that it repeats.</param>
/// <param name="End">After its last character.</param>
/// <param name="HeaderLength">The characters at the start of the chunk's text that repeat the header of its table.</param>
/// <param name="Parts">In order; empty when the chunk's page and section hold for all of it.</param>
public sealed record ChunkPlace(int Start, int End, int HeaderLength, IReadOnlyList<ChunkPart> Parts)
{
    /// <summary>The part at a position of the document; null when the chunk has only one.</summary>
    public ChunkPart? PartAt(int position) =>
        Parts.LastOrDefault(part => part.Start <= position) ?? (Parts.Count > 0 ? Parts[0] : null);

    /// <summary>The position in the document of one in the chunk's text.</summary>
    public int PositionOf(int inText) => Start + Math.Clamp(inText - HeaderLength, 0, End - Start);
}

/// <summary>A part of a chunk with one page and one section; it ends where the next one starts.</summary>
/// <param name="Start">In the document's text.</param>
public sealed record ChunkPart(int Start, int? Page, string? Section);
