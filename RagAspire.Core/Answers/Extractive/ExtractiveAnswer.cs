using System.Text;
using System.Text.RegularExpressions;
using RagAspire.Answers.Citations;
using RagAspire.Answers.Extractive.Evidence;
using RagAspire.Answers.Extractive.Tables;

namespace RagAspire.Answers.Extractive;

/// <summary>Answers with sentences of the sources: the best one first, each whole and cited.</summary>
internal static partial class ExtractiveAnswer
{
    /// <summary>The least score of a further sentence, as a share of the first one's.</summary>
    private const double GoodEnough = .5;

    /// <summary>Two sentences that share more of their terms than this are duplicates.</summary>
    private const double TooAlike = .7;

    /// <summary>Longer ones are tables or text without punctuation, used only when there is nothing else.</summary>
    private const int LongestSentence = 700;

    /// <summary>The sentences of the answer in the order in which they are shown; empty when nothing holds.</summary>
    public static IReadOnlyList<AnswerPart> Compose(AskedQuestion question, SourceSentences sources, TermWeights weights,
        int most)
    {
        var guard = new EvidenceGuard(question, sources);
        var columns = guard.AdmitsNone ? null : ColumnAnswer.For(question, sources);
        if (columns?.Rows is { } rows)
        {
            return rows;
        }

        var relevance = Relevance.Of(question.Text, sources, weights, guard.Admits);
        if (!(relevance with { LacksNames = relevance.LacksNames && !guard.HasNames }).IsEnoughToQuote)
        {
            return [];
        }

        var ranked = new SentenceScorer(question, sources, guard).Rank()
            .Where(ranked => guard.Admits(ranked.Sentence) && !ranked.Sentence.IsHeader
                && columns?.IsPartOfTable(ranked.Sentence) != true);
        return Best(question, [.. ranked], sources, guard, most);
    }

    private static IReadOnlyList<AnswerPart> Best(
        AskedQuestion question, List<ScoredSentence> ranked, SourceSentences sources, EvidenceGuard guard, int most)
    {
        var candidates = ranked.Where(IsPresentable).ToList();
        candidates = candidates.Count > 0 ? candidates : ranked;
        if (candidates.Count == 0)
        {
            return [];
        }

        if (ListAnswer.Find(question, sources, candidates[0].Sentence, guard.Admits) is { } list)
        {
            return [.. list.Sentences.Select(sentence => new AnswerPart(sentence, IsItem: true))];
        }

        candidates = candidates.Exists(IsSentence) ? candidates.FindAll(IsSentence) : candidates;
        var parts = DatedAnswer.Find(question, candidates, sources) ?? Choose(candidates, sources, most);
        return YesNoAnswer.Lead(question, parts[0].Sentence) is { } lead ? [parts[0] with { Lead = lead }, .. parts.Skip(1)]
            : parts;
    }

    private static bool IsSentence(ScoredSentence candidate) => !candidate.Sentence.IsIntroduction;

    /// <summary>The best sentence, and further ones in the order of the sources.</summary>
    private static IReadOnlyList<AnswerPart> Choose(List<ScoredSentence> candidates, SourceSentences sources, int most)
    {
        var best = candidates[0];
        var further = new List<SourceSentence>();
        if (most > 1 && Explanation(best.Sentence, sources) is { } explanation)
        {
            further.Add(explanation);
        }

        foreach (var candidate in candidates.Skip(1))
        {
            if (further.Count + 1 >= most || candidate.Score < best.Score * GoodEnough)
            {
                break;
            }

            if (further.Append(best.Sentence).All(chosen => Likeness(chosen, candidate.Sentence) < TooAlike))
            {
                further.Add(candidate.Sentence);
            }
        }

        return [.. further.OrderBy(sentence => sentence.Number).ThenBy(sentence => sentence.Index).Prepend(best.Sentence)
            .Select(sentence => new AnswerPart(sentence))];
    }

    /// <summary>
    /// The sentences as one text, each with the number of its source; the items of a list on lines of their own.
    /// </summary>
    public static string Text(IEnumerable<AnswerPart> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            var sentence = Shown(part.Sentence.Text);
            var shown = part switch
            {
                { Lead: { } lead } => $"{lead}: {sentence}",
                { IsItem: true, Sentence.Mark.IsOrdered: false } => $"- {sentence}",
                _ => sentence,
            };
            text.Append(text.Length == 0 ? "" : part is { IsItem: true, Sentence.Mark: not null } ? "\n" : " ")
                .Append(CitationMatcher.Cite(ControlFilter.Clean(shown), part.Sentence.Number));
        }

        return text.ToString();
    }

    /// <summary>One citation for each sentence, in the order of the answer.</summary>
    public static IReadOnlyList<Citation> Citations(IEnumerable<AnswerPart> parts) =>
        [.. parts.Select(part => CitationMatcher.Quote(part.Sentence))];

    /// <summary>The sentence before, when this one refers back to it.</summary>
    private static SourceSentence? Explanation(SourceSentence sentence, SourceSentences sources) =>
        sentence.Index > 0 && SentenceScorer.RefersBack(sentence)
        && sources.BySource[sentence.Number - 1][sentence.Index - 1] is { IsWhole: true } before && before.Scope == sentence.Scope
            ? before
            : null;

    private static bool IsPresentable(ScoredSentence scored) =>
        scored.Sentence.IsWhole && scored.Sentence.Text.Length <= LongestSentence
        && (scored.Sentence.IsIntroduction || scored.Sentence.Text[^1] is not ('?' or ':'));

    private static double Likeness(SourceSentence one, SourceSentence other)
    {
        if (!Numbers(one).SetEquals(Numbers(other)))
        {
            return 0;
        }

        var shared = one.TermSet.Count(other.TermSet.Contains);
        return shared == 0 ? 0 : shared / (double)Math.Min(one.TermSet.Count, other.TermSet.Count);
    }

    private static HashSet<string> Numbers(SourceSentence sentence) => [.. sentence.TermSet.Where(term => char.IsDigit(term[0]))];

    /// <summary>Removes a document's own reference numbers, which look like citations, and list marks.</summary>
    private static string Shown(string sentence)
    {
        var shown = OwnReferences().Replace(sentence, "");
        return Bullet().Replace(shown, "").Trim();
    }

    [GeneratedRegex(@"\s?[\[【［]\s*\^?[\d,;\s–-]+[\]】］]")]
    private static partial Regex OwnReferences();

    [GeneratedRegex(@"^([-*•‣▪·]\s+)+")]
    private static partial Regex Bullet();
}
