namespace RagAspire.TestSupport.Retrieval;

/// <summary>
/// Where the words of an extracted text stand in its source. Extraction keeps the order of the words and drops markup and spaces,
/// so each word is looked for a little after the one before.
/// </summary>
public sealed class TextAlignment
{
    private const int ShortWord = 4;
    private const int NearCharacters = 40;
    private const int FarCharacters = 300;

    // A long part without text may be skipped: the more words were not found, the further the next are looked for.
    private const int FurtherPerMiss = 100;

    private readonly List<(TextRange Text, TextRange Source)> _words = [];

    public TextAlignment(string source, string text)
    {
        var (words, cursor, misses) = (0, 0, 0);
        foreach (var word in Words(text))
        {
            words++;
            var reach = word.Length < ShortWord ? NearCharacters : FarCharacters + (FurtherPerMiss * misses);
            var at = source.AsSpan(cursor, Math.Min(source.Length - cursor, word.Length + reach))
                .IndexOf(text.AsSpan(word.Start, word.Length));
            if (at < 0)
            {
                misses++;
                continue;
            }

            misses = 0;
            _words.Add((word, new TextRange(cursor + at, cursor + at + word.Length)));
            cursor += at + word.Length;
        }

        Found = words == 0 ? 1 : (double)_words.Count / words;
    }

    /// <summary>The share of the words that were found.</summary>
    public double Found { get; }

    /// <summary>The part of the source with the words of a part of the text; empty when none of them was found.</summary>
    public TextRange SourceOf(TextRange text)
    {
        var inside = _words.Where(word => word.Text.Start >= text.Start && word.Text.End <= text.End).ToList();
        return inside.Count == 0 ? default : new TextRange(inside[0].Source.Start, inside[^1].Source.End);
    }

    private static IEnumerable<TextRange> Words(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at > start)
            {
                yield return new TextRange(start, at);
            }

            at++;
        }
    }
}
