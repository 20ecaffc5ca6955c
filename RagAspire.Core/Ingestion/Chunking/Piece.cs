namespace RagAspire.Ingestion.Chunking;

/// <summary>The border before a piece of text, worst first. Chunks end at the best border nearby.</summary>
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

/// <summary>The smallest unit of chunking: a sentence, a table row, a line of code.</summary>
/// <param name="Tokens">Tokens with the separator before it, unless that is a line break.</param>
/// <param name="HeadingLevel">1–6 when it is a heading, else 0.</param>
/// <param name="IsJoined">No separator is between it and the previous piece.</param>
/// <param name="TableHeader">The first row of the table, when this is a later row.</param>
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
/// <param name="Path">As in a chunk's section, such as "Notes > Leases"; null at the top of the document.</param>
/// <param name="PathTokens">Tokens of the path and the line break after it.</param>
internal sealed record Heading(string Text, int Level, Heading? Parent, string? Path, int PathTokens)
{
    /// <summary>Above all headings.</summary>
    public static readonly Heading Top = new(string.Empty, 0, null, null, 0);
}
