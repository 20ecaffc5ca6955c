using System.Text.RegularExpressions;
using RagAspire.Answers.Citations;

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

    /// <summary>The sentences of the answer in the order in which they are shown; empty when there are none.</summary>
    public static IReadOnlyList<SourceSentence> Choose(IReadOnlyList<ScoredSentence> ranked, SourceSentences sources, int most)
    {
        var candidates = ranked.Where(IsPresentable).ToList();
        candidates = candidates.Count > 0 ? candidates : [.. ranked];
        if (candidates.Count == 0)
        {
            return [];
        }

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

        return [best.Sentence, .. further.OrderBy(sentence => sentence.Number).ThenBy(sentence => sentence.Index)];
    }

    /// <summary>The sentences as one text, each with the number of its source.</summary>
    public static string Text(IEnumerable<SourceSentence> sentences) =>
        string.Join(' ', sentences.Select(
            sentence => CitationMatcher.Cite(ControlFilter.Clean(Shown(sentence.Text)), sentence.Number)));

    /// <summary>One citation for each sentence, in the order of the answer.</summary>
    public static IReadOnlyList<Citation> Citations(IEnumerable<SourceSentence> sentences) =>
        [.. sentences.Select(CitationMatcher.Quote)];

    /// <summary>The sentence before, when this one refers back to it.</summary>
    private static SourceSentence? Explanation(SourceSentence sentence, SourceSentences sources) =>
        sentence.Index > 0 && SentenceScorer.RefersBack(sentence)
        && sources.BySource[sentence.Number - 1][sentence.Index - 1] is { IsWhole: true } before && before.Scope == sentence.Scope
            ? before
            : null;

    private static bool IsPresentable(ScoredSentence scored) =>
        scored.Sentence.IsWhole && scored.Sentence.Text.Length <= LongestSentence && scored.Sentence.Text[^1] is not ('?' or ':');

    private static double Likeness(SourceSentence one, SourceSentence other)
    {
        var shared = one.TermSet.Count(other.TermSet.Contains);
        return shared == 0 ? 0 : shared / (double)Math.Min(one.TermSet.Count, other.TermSet.Count);
    }

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
