namespace RagAspire.Vectors.Terms.Languages;

/// <summary>
/// Terms of words without their endings, and of the parts of compounds, in the languages of a text. They stand beside the terms
/// of <see cref="TextAnalyzer"/>, which knows English endings only, and name their language: a stem finds texts of its own.
/// </summary>
internal static class LanguageTerms
{
    private const char StemMark = '\u0002';
    private const char PartMark = '\u0003';
    private const int ShortestWord = 3;

    /// <summary>A part says less of what a text is about than the word.</summary>
    private const float PartWeight = 0.5f;

    /// <summary>A query without a language may be in any, and asks for the words of all.</summary>
    private const float GuessWeight = 0.5f;

    /// <summary>Receives one term, and how much it counts in a query.</summary>
    public delegate void TermVisitor(ReadOnlySpan<char> term, float weight);

    /// <summary>Calls <paramref name="visit"/> with each term of a text, as often as it occurs.</summary>
    public static void OfText(string text, IReadOnlyList<WordLanguage> languages, TextAnalyzer.TermVisitor visit)
    {
        foreach (var stems in languages.Select(language => new Stems(language)))
        {
            foreach (var word in Words(text, stems.Language))
            {
                visit(Term(stems, StemMark, word));
                foreach (var part in Parts(stems, word))
                {
                    visit(Term(stems, PartMark, part));
                }
            }
        }
    }

    /// <summary>
    /// The same for a query. A word may be a part of a compound in the text, and a compound stand in the text in parts.
    /// </summary>
    public static void OfQuery(string query, TermVisitor visit)
    {
        var languages = WordLanguages.OfQuery(query);
        var weight = languages == WordLanguages.All ? GuessWeight : 1;
        foreach (var stems in languages.Select(language => new Stems(language)))
        {
            foreach (var word in Words(query, stems.Language))
            {
                visit(Term(stems, StemMark, word), weight);
                if (stems.Language.HasCompounds && word.Length >= CompoundParts.Shortest)
                {
                    visit(Term(stems, PartMark, word), weight * PartWeight);
                }

                foreach (var part in Parts(stems, word))
                {
                    visit(Term(stems, StemMark, part), weight * PartWeight);
                }
            }
        }
    }

    private static List<string> Words(string text, WordLanguage language)
    {
        var stopWords = language.StopWords.GetAlternateLookup<ReadOnlySpan<char>>();
        var words = new List<string>();
        foreach (var word in new LatinWords(text))
        {
            if (word.Length >= ShortestWord && !stopWords.Contains(word))
            {
                words.Add(word.ToString());
            }
        }

        return words;
    }

    /// <summary>Cut before and after a linking letter, a part has the same stem, and is one part.</summary>
    private static IEnumerable<string> Parts(Stems stems, string word) =>
        stems.Language.HasCompounds && word.Length >= CompoundParts.ShortestCompound
            ? CompoundParts.Of(word).SelectMany(at => new[] { word[..at], word[at..] })
                .DistinctBy(part => stems.Of(part).ToString())
            : [];

    private static string Term(Stems stems, char mark, string word) => $"{stems.Language.Code}{mark}{stems.Of(word)}";
}
