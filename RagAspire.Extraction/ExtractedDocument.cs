using System.Collections.ObjectModel;
using System.Text.Json;

namespace RagAspire.Extraction;

/// <summary>The role of a block of extracted text.</summary>
public enum BlockKind
{
    Paragraph,
    Heading,
    ListItem,
    Table,
    Code,
}

/// <summary>One block of a document's text in reading order.</summary>
/// <param name="Kind">Its role; a chunk never separates a heading from the next block.</param>
/// <param name="Text">Plain text without control characters. Tables are rows of cells, readable without a grid.</param>
/// <param name="Level">1–6 for headings, 0 for other blocks.</param>
/// <param name="Page">1-based page, slide or sheet; null where the format has none.</param>
/// <param name="Continues">It goes on in the middle of the sentence with which the block before, on an earlier page, ends.</param>
/// <param name="Confidence">0–100, of text that was recognised in a picture; null for text that the file holds.</param>
public sealed record TextBlock(
    BlockKind Kind, string Text, int Level = 0, int? Page = null, bool Continues = false, int? Confidence = null);

/// <summary>A document's text with its structure: the extractor's result and the chunker's input.</summary>
/// <param name="Title">From the properties of the document or its first heading.</param>
/// <param name="Blocks">In reading order, never empty: a document without text is unreadable.</param>
/// <param name="Pages">Pages, slides or sheets; null where the format has none.</param>
/// <param name="Warnings">What could not be read.</param>
/// <param name="Coverage">How many pages have text; null where the format has none.</param>
/// <param name="Textless">The pages without text, 1-based.</param>
public sealed record ExtractedDocument(
    string? Title, IReadOnlyList<TextBlock> Blocks, int? Pages,
    IReadOnlyList<ExtractionWarning>? Warnings = null, Coverage? Coverage = null, IReadOnlyList<int>? Textless = null)
{
    /// <summary>
    /// What the file says of itself, such as its front matter: strings, numbers, true, false, and lists of these.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> Properties { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;
}
