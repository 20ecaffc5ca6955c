namespace RagAspire.Vectors.Terms.Languages;

/// <summary>
/// Terms of words without their endings, and of the parts of compounds, in the languages of a text. They stand beside the terms
/// of <see cref="TextAnalyzer"/>, which knows English endings only, and are no terms of English texts.
/// </summary>
/// <remarks>
/// A term does not name its language: most languages leave most words of the others alone, so a query that may be in any of them
/// has few terms.
/// </remarks>
internal static class LanguageTerms
{
    private const char StemMark = '\u0002';
    private const char PartMark = '\u0003';
    private const int ShortestWord = 3;

    /// <summary>A part says less of what a text is about than the word.</summary>
    private const float PartWeight = 0.5f;

    /// <summary>A query without a language may be in any, and asks for the words of all.</summary>
    private const float GuessWeight = 0.5f;

    /// <summary>A query without a stop word may be in any language, and fifteen stemmers take longer than a search.</summary>
    private static readonly WordTable<(string Term, float Weight)[]> Guesses = new(8_192, Guess);

    /// <summary>Receives one term, and how much it counts in a query.</summary>
    public delegate void TermVisitor(string term, float weight);

    /// <summary>Calls <paramref name="visit"/> with each term of a text, as often as it occurs.</summary>
    public static void OfText(string text, IReadOnlyList<WordLanguage> languages, Action<string> visit)
    {
        foreach (var (word, stems) in Words(text, languages))
        {
            var terms = stems.SelectMany(stem => Parts(stem, word).Select(part => Term(stem, PartMark, part))
                .Append(Term(stem, StemMark, word)));
            foreach (var term in terms.Distinct())
            {
                visit(term);
            }
        }
    }

    /// <summary>
    /// The same for a query. A word may be a part of a compound in the text, and a compound stand in the text in parts.
    /// </summary>
    public static void OfQuery(string query, TermVisitor visit)
    {
        var languages = WordLanguages.OfQuery(query);
        if (languages == WordLanguages.All)
        {
            foreach (var word in new LatinWords(query))
            {
                Visit(Guesses.Get(word), visit);
            }
        }
        else
        {
            foreach (var (word, stems) in Words(query, languages))
            {
                Visit(QueryTerms(word, stems, weight: 1), visit);
            }
        }
    }

    private static void Visit(IEnumerable<(string Term, float Weight)> terms, TermVisitor visit)
    {
        foreach (var (term, weight) in terms)
        {
            visit(term, weight);
        }
    }

    private static (string Term, float Weight)[] Guess(ReadOnlySpan<char> word) =>
        [.. Words(word.ToString(), WordLanguages.All).SelectMany(own => QueryTerms(own.Word, own.Stems, GuessWeight))];

    private static IEnumerable<(string Term, float Weight)> QueryTerms(string word, List<Stems> stems, float weight)
    {
        var whole = stems.Select(stem => Term(stem, StemMark, word)).Distinct();
        var parts = stems.Where(stem => stem.Language.HasCompounds && word.Length >= CompoundParts.Shortest)
            .SelectMany(stem => Parts(stem, word).Select(part => Term(stem, StemMark, part)).Append(Term(stem, PartMark, word)))
            .Distinct();
        return whole.Select(term => (term, weight)).Concat(parts.Select(term => (term, weight * PartWeight)));
    }

    public static TermKind KindOf(string term) => term[0] == PartMark ? TermKind.Part : TermKind.Stem;

    /// <summary>The words of a text, each with the languages in which it is no stop word.</summary>
    private static List<(string Word, List<Stems> Stems)> Words(string text, IReadOnlyList<WordLanguage> languages)
    {
        var all = languages.Select(language => new Stems(language)).ToList();
        var words = new List<(string, List<Stems>)>();
        if (all.Count == 0)
        {
            return words;
        }

        foreach (var letters in new LatinWords(text))
        {
            if (letters.Length < ShortestWord)
            {
                continue;
            }

            var word = letters.ToString();
            var own = all.FindAll(stems => !stems.Language.StopWords.Contains(word));
            if (own.Count > 0)
            {
                words.Add((word, own));
            }
        }

        return words;
    }

    /// <summary>Cut before and after a linking letter, a part has the same stem, and is one part.</summary>
    private static IEnumerable<string> Parts(Stems stems, string word) =>
        stems.Language.HasCompounds && word.Length >= CompoundParts.ShortestCompound
            ? CompoundParts.Of(word).SelectMany(at => new[] { word[..at], word[at..] })
            : [];

    private static string Term(Stems stems, char mark, string word) => $"{mark}{stems.Of(word)}";
}
