using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>A list of a source: what introduces it, and its items in their order.</summary>
/// <param name="Introduction">The sentence before it that ends with a colon; null when a heading or nothing introduces it.</param>
/// <param name="Items">All sentences of all items.</param>
internal sealed record TextList(SourceSentence? Introduction, IReadOnlyList<SourceSentence> Items, bool IsOrdered)
{
    /// <summary>The whole list as it is answered.</summary>
    public IReadOnlyList<SourceSentence> Sentences => Introduction is null ? Items : [Introduction, .. Items];

    /// <summary>The lists of a source: items with marks, and sentences that tell steps one after another.</summary>
    public static IEnumerable<TextList> Of(IReadOnlyList<SourceSentence> source)
    {
        for (var start = 0; start < source.Count;)
        {
            var end = source[start].Mark is not null ? EndOfItems(source, start) : EndOfSequence(source, start);
            if (end - start < 2)
            {
                start++;
                continue;
            }

            var introduction = start > 0 && source[start - 1] is { IsIntroduction: true } before
                && before.Scope == source[start].Scope
                ? before
                : null;
            var isOrdered = source[start].Mark?.IsOrdered ?? true;
            yield return new TextList(introduction, [.. source.Skip(start).Take(end - start)], isOrdered);
            start = end;
        }
    }

    private static int EndOfItems(IReadOnlyList<SourceSentence> source, int start)
    {
        var end = start + 1;
        while (end < source.Count && source[end].Scope == source[start].Scope
            && (source[end].Mark is not null || IsContinued(source[end - 1], source[end])))
        {
            end++;
        }

        return end;
    }

    /// <summary>Whether a sentence stands in the paragraph of the one before.</summary>
    private static bool IsContinued(SourceSentence before, SourceSentence sentence) =>
        sentence.Cells is null && !sentence.IsIntroduction && sentence.Text[0] != '#'
        && !before.Source.Shown.Text.AsSpan(before.Span.End, sentence.Span.Start - before.Span.End).Contains('\n');

    /// <summary>The end of sentences such as "First …", "Then …", of which the first and another begin so.</summary>
    private static int EndOfSequence(IReadOnlyList<SourceSentence> source, int start)
    {
        if (!TellsStep(source[start]))
        {
            return start;
        }

        var (end, last) = (start + 1, start);
        for (; end < source.Count && source[end].Scope == source[start].Scope && IsContinued(source[end - 1], source[end]); end++)
        {
            last = TellsStep(source[end]) ? end : last;
        }

        return last + 1;
    }

    private static bool TellsStep(SourceSentence sentence) =>
        QuestionLanguages.All.Any(language => language.StartsWith(WordKind.Sequence, sentence.Text));
}
