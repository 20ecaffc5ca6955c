using System.Globalization;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>References such as B7.</summary>
internal static class CellReference
{
    private const int MaxColumn = 20_000;

    /// <summary>1-based row and column.</summary>
    public static (int Row, int Column)? Of(string? reference)
    {
        var letters = 0;
        while (letters < reference?.Length && !char.IsAsciiDigit(reference[letters]))
        {
            letters++;
        }

        return Column(reference) is { } column
            && int.TryParse(reference.AsSpan(letters), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? (row, column)
            : null;
    }

    public static int? Column(string? reference)
    {
        var column = 0;
        foreach (var character in reference ?? string.Empty)
        {
            if (character == '$')
            {
                continue;
            }

            if (char.ToUpperInvariant(character) is not (>= 'A' and <= 'Z' and var letter) || column > MaxColumn)
            {
                break;
            }

            column = (column * 26) + letter - 'A' + 1;
        }

        return column == 0 ? null : column;
    }
}
