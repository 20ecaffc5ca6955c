using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Extractive;

/// <summary>A sentence of a source.</summary>
/// <param name="Index">0-based position in its source.</param>
/// <param name="Span">Where it stands in the source's text.</param>
/// <param name="Text">As it is shown: on one line.</param>
/// <param name="Terms">In order, as the index sees them.</param>
/// <param name="IsWhole">Neither cut by a passage's border nor a heading or a table's header.</param>
internal sealed record SourceSentence(
    NumberedSource Source,
    int Index,
    TextSpan Span,
    string Text,
    IReadOnlyList<string> Terms,
    bool IsWhole)
{
    public IReadOnlySet<string> TermSet { get; } = Terms.ToHashSet(StringComparer.Ordinal);

    public int Number => Source.Shown.Number;

    /// <summary>Whether the term is there, or one that is another form of it by its looks.</summary>
    public bool Holds(string term) => TermSet.Contains(term) || Terms.Any(other => AreAlike(term, other));

    /// <summary>A long common beginning: another form of the word, or a compound with it.</summary>
    public static bool AreAlike(string term, string other)
    {
        var common = term.AsSpan().CommonPrefixLength(other);
        return common >= 4 && common * 10 >= Math.Max(term.Length, other.Length) * 6;
    }
}

/// <summary>The sentences of all sources of one question, and how rare each term is among them.</summary>
internal sealed class SourceSentences
{
    private readonly Dictionary<string, int> _sentencesWith = new(StringComparer.Ordinal);

    private SourceSentences(IReadOnlyList<IReadOnlyList<SourceSentence>> bySource, IReadOnlyList<IReadOnlySet<string>> headings)
    {
        BySource = bySource;
        Headings = headings;
        Sentences = [.. bySource.SelectMany(sentences => sentences)];
        foreach (var term in Sentences.SelectMany(sentence => sentence.TermSet))
        {
            _sentencesWith[term] = _sentencesWith.GetValueOrDefault(term) + 1;
        }
    }

    public IReadOnlyList<SourceSentence> Sentences { get; }

    /// <summary>In the order of the sources.</summary>
    public IReadOnlyList<IReadOnlyList<SourceSentence>> BySource { get; }

    /// <summary>The terms of each source's section and name: what its sentences need not say again.</summary>
    public IReadOnlyList<IReadOnlySet<string>> Headings { get; }

    public static SourceSentences Read(IReadOnlyList<NumberedSource> sources, QuestionTerms words) =>
        new([.. sources.Select(source => Read(source, words))], [.. sources.Select(source => HeadingTerms(source.Shown, words))]);

    /// <summary>High for a term that few sentences hold; of a term that none holds it is the highest.</summary>
    public double Rarity(string term) =>
        Math.Log(1 + ((Sentences.Count - _sentencesWith.GetValueOrDefault(term) + .5) / (_sentencesWith.GetValueOrDefault(term) + .5)));

    private static HashSet<string> HeadingTerms(AnswerSource source, QuestionTerms words) =>
        words.Terms($"{source.Section} {Path.GetFileNameWithoutExtension(source.DocumentName)}".Replace('_', ' ')).ToHashSet(StringComparer.Ordinal);

    private static List<SourceSentence> Read(NumberedSource source, QuestionTerms words)
    {
        var text = source.Shown.Text;
        var spans = RagAspire.Vectors.Terms.Sentences.Split(text);
        var sentences = new List<SourceSentence>(spans.Count);
        var header = default(string);
        var isInTable = false;
        for (var i = 0; i < spans.Count; i++)
        {
            var raw = spans[i].Of(text);
            var isRow = TableRows.IsRow(raw);
            var isHeader = isRow && !isInTable && TableRows.IsHeader(raw);
            header = isHeader ? raw : isRow ? header : null;
            isInTable = isRow;
            var shown = OneLine(isRow && !isHeader ? TableRows.Read(raw, header) : raw);
            var isWhole = isRow ? !isHeader : IsWhole(source, spans, i);
            sentences.Add(new SourceSentence(source, i, spans[i], shown, words.Terms(shown), isWhole));
        }

        return sentences;
    }

    private static bool IsWhole(NumberedSource source, List<TextSpan> spans, int index)
    {
        var sentence = source.Shown.Text.AsSpan(spans[index].Start, spans[index].Length);
        var beginsInside = index == 0 && source.Parts[0].Ordinal > 0 && char.IsLower(sentence[0]);
        return !beginsInside && !RagAspire.Vectors.Terms.Sentences.IsCut(sentence) && sentence[0] != '#';
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
