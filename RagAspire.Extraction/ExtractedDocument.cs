namespace RagAspire.Extraction;

/// <summary>What a piece of extracted text is.</summary>
public enum BlockKind
{
    Paragraph,
    Heading,
    ListItem,
    Table,
    Code,
}

/// <summary>One piece of a document's text in reading order.</summary>
/// <param name="Kind">What it is; a chunk never cuts a heading from what follows it.</param>
/// <param name="Text">Plain text without control characters. Tables are rows of cells, readable without a grid.</param>
/// <param name="Level">1–6 for headings, 0 for all else.</param>
/// <param name="Page">1-based PDF page, slide or sheet, whose name is a heading; null where the format has none.</param>
public sealed record TextBlock(BlockKind Kind, string Text, int Level = 0, int? Page = null);

/// <summary>A document's text with its structure: the extractor's result and the chunker's input.</summary>
/// <param name="Title">From the document's own properties or its first heading.</param>
/// <param name="Blocks">In reading order, never empty: a document without text is unreadable.</param>
/// <param name="Pages">Pages, slides or sheets; null where the format has none.</param>
public sealed record ExtractedDocument(string? Title, IReadOnlyList<TextBlock> Blocks, int? Pages);
