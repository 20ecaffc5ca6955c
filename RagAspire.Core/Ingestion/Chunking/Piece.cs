namespace RagAspire.Ingestion.Chunking;

/// <summary>What lies before a piece of text: the better the border, the rather a chunk ends there.</summary>
internal enum Border
{
    /// <summary>Inside an endless word.</summary>
    None,

    /// <summary>Inside a long sentence.</summary>
    Word,
    Sentence,
    Line,
    Paragraph,
    Heading,
}

/// <summary>The smallest part of a document that chunks are made of: a sentence, a table row, a line of code.</summary>
/// <param name="Tokens">Tokens with the separator before it, unless that is a line break.</param>
/// <param name="HeadingLevel">1–6 when it is a heading, else 0.</param>
/// <param name="IsJoined">Nothing stands between it and the piece before: text without spaces.</param>
/// <param name="TableHeader">The first row of the table whose later row this is.</param>
internal sealed record Piece(
    string Text, int Tokens, Border Border, Heading Section, int? Page, int HeadingLevel = 0, bool IsJoined = false,
    Piece? TableHeader = null)
{
    public string Separator => Border switch
    {
        _ when IsJoined => string.Empty,
        <= Border.Sentence => " ",
        Border.Line => "\n",
        _ => "\n\n",
    };
}

/// <summary>A heading and those above it.</summary>
/// <param name="Path">As a chunk shows it, such as "Notes > Leases"; null at the top of the document.</param>
/// <param name="PathTokens">Tokens of the path and the line break behind it.</param>
internal sealed record Heading(string Text, int Level, Heading? Parent, string? Path, int PathTokens)
{
    /// <summary>Above all headings.</summary>
    public static readonly Heading Top = new(string.Empty, 0, null, null, 0);
}
