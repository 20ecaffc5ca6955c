using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Extractive;

/// <summary>A sentence of a source.</summary>
/// <param name="Index">0-based position in its source.</param>
/// <param name="Span">Where it stands in the source's text.</param>
/// <param name="Text">On one line, as it is shown.</param>
/// <param name="Terms">In order, by the analysis of the index.</param>
/// <param name="IsWhole">It is not cut by the border of a chunk, and no heading or table header.</param>
internal sealed record SourceSentence(
    SelectedSource Source,
    int Index,
    TextSpan Span,
    string Text,
    IReadOnlyList<string> Terms,
    bool IsWhole)
{
    public IReadOnlySet<string> TermSet { get; } = Terms.ToHashSet(StringComparer.Ordinal);

    public int Number => Source.Shown.Number;

    /// <summary>The headings above it.</summary>
    public required SentenceScope Scope { get; init; }

    /// <summary>The cells of a row of a table; null for other sentences and for the header.</summary>
    public TableCells? Cells { get; init; }

    public bool IsHeader { get; init; }

    /// <summary>How it begins an item of a list; null when it does not.</summary>
    public ListMark? Mark { get; init; }

    /// <summary>It ends with a colon, and a list follows.</summary>
    public bool IsIntroduction { get; init; }

    /// <summary>Whether the sentence contains the term, or one with the same beginning.</summary>
    public bool Holds(string term) =>
        TermSet.Contains(term) || Terms.Any(other => AreAlike(term, other))
            || (IsIdeograph(term) && Text.Contains(term, StringComparison.Ordinal));

    /// <summary>Whether the common beginning is long enough for another form of the word, or a compound with it.</summary>
    public static bool AreAlike(string term, string other)
    {
        var common = term.AsSpan().CommonPrefixLength(other);
        return common >= 4 && common * 10 >= Math.Max(term.Length, other.Length) * 6;
    }

    /// <summary>Whether the sentence contains one of two ideographs: 退货 is also 退回商品.</summary>
    public bool HoldsHalf(string term) => term.Length == 2 && term.All(IsHan) && term.Any(Text.Contains);

    private static bool IsIdeograph(string term) => term.Length == 1 && (IsHan(term[0]) || term[0] >= '\uAC00');

    private static bool IsHan(char letter) => letter is >= '\u4E00' and <= '\u9FFF';
}

/// <summary>A section of a source.</summary>
/// <param name="Heading">Its headings and the document's name, which its sentences need not repeat.</param>
/// <param name="Terms">Of these.</param>
internal sealed record SentenceScope(string? Section, string Heading, IReadOnlySet<string> Terms);

/// <summary>A row of a table.</summary>
/// <param name="Names">The names of its columns; none when the table has no header.</param>
internal sealed record TableCells(IReadOnlyList<string> Names, IReadOnlyList<string> Values);

/// <summary>The sentences of all sources of one question, and how rare each term is among them.</summary>
internal sealed class SourceSentences
{
    private readonly Dictionary<string, int> _sentencesWith = new(StringComparer.Ordinal);

    private SourceSentences(IReadOnlyList<IReadOnlyList<SourceSentence>> bySource)
    {
        BySource = bySource;
        All = [.. bySource.SelectMany(sentences => sentences)];
        foreach (var term in All.SelectMany(sentence => sentence.TermSet))
        {
            _sentencesWith[term] = _sentencesWith.GetValueOrDefault(term) + 1;
        }
    }

    public IReadOnlyList<SourceSentence> All { get; }

    /// <summary>In the order of the sources.</summary>
    public IReadOnlyList<IReadOnlyList<SourceSentence>> BySource { get; }

    public static SourceSentences Read(IReadOnlyList<SelectedSource> sources, QuestionTerms terms) =>
        new([.. sources.Select(source => Read(source, terms))]);

    /// <summary>The inverse frequency of a term among the sentences: highest for a term that none contains.</summary>
    public double Rarity(string term) =>
        Math.Log(1 + ((All.Count - _sentencesWith.GetValueOrDefault(term) + .5) / (_sentencesWith.GetValueOrDefault(term) + .5)));

    private static SentenceScope Scope(string? section, Source source, QuestionTerms terms)
    {
        var headings = $"{section} {Path.GetFileNameWithoutExtension(source.DocumentName)}".Replace('_', ' ');
        return new SentenceScope(section, headings, terms.Terms(headings).ToHashSet(StringComparer.Ordinal));
    }

    private static List<SourceSentence> Read(SelectedSource source, QuestionTerms terms)
    {
        var text = source.Shown.Text;
        var spans = Sentences.Split(text);
        var sentences = new List<SourceSentence>(spans.Count);
        var header = default(string);
        IReadOnlyList<string> names = [];
        var isInTable = false;
        var scope = default(SentenceScope);
        for (var i = 0; i < spans.Count; i++)
        {
            var raw = spans[i].Of(text);
            var isRow = TableLine.IsRow(raw);
            var isHeader = isRow && !isInTable && TableLine.IsHeader(raw);
            header = isHeader ? raw : isRow ? header : null;
            names = isHeader ? TableLine.Cells(raw) : isRow ? names : [];
            isInTable = isRow;
            var shown = OneLine(isRow && !isHeader ? TableLine.Read(raw, header) : raw);
            var isWhole = isRow ? !isHeader : IsWhole(source, spans, i);
            var section = source.ChunkAt(spans[i].Start).PlaceAt(spans[i].Start).Section;
            scope = scope is not null && scope.Section == section ? scope : Scope(section, source.Shown, terms);
            sentences.Add(new SourceSentence(source, i, spans[i], shown, terms.Terms(shown), isWhole)
            {
                Scope = scope,
                IsHeader = isHeader,
                Cells = isRow && !isHeader ? new TableCells(names, TableLine.Cells(raw)) : null,
                Mark = isRow ? null : ListMark.Of(text, spans[i].Start),
                IsIntroduction = raw[^1] is ':' or '：' && i + 1 < spans.Count
                    && ListMark.Of(text, spans[i + 1].Start) is not null,
            });
        }

        return sentences;
    }

    private static bool IsWhole(SelectedSource source, List<TextSpan> spans, int index)
    {
        var sentence = source.Shown.Text.AsSpan(spans[index].Start, spans[index].Length);
        var beginsInside = index == 0 && source.Chunks[0].Hit.Ordinal > 0 && char.IsLower(sentence[0]);
        return !beginsInside && !Sentences.IsCut(sentence) && sentence[0] != '#';
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
