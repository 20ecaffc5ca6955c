namespace RagAspire.TestSupport.Retrieval;

/// <summary>A part of a text, in characters.</summary>
/// <param name="End">Of the first character after it.</param>
public readonly record struct TextRange(int Start, int End)
{
    public int Length => End - Start;

    /// <summary>What both have in common; its length is not positive when that is nothing.</summary>
    public TextRange Common(TextRange other) => new(Math.Max(Start, other.Start), Math.Min(End, other.End));

    /// <summary>The number of characters that are in at least one of the ranges.</summary>
    public static int Covered(IEnumerable<TextRange> ranges)
    {
        var (covered, end) = (0, int.MinValue);
        foreach (var range in ranges.OrderBy(range => range.Start))
        {
            covered += Math.Max(0, range.End - Math.Max(range.Start, end));
            end = Math.Max(end, range.End);
        }

        return covered;
    }
}
