using RagAspire.Answers.Generation;
using RagAspire.Search;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers;

/// <summary>A source as it is shown, and which passage each part of its text comes from.</summary>
/// <param name="Parts">In the text's order, without gaps.</param>
/// <param name="IsCut">The text ends before the passage does.</param>
internal sealed record NumberedSource(AnswerSource Shown, IReadOnlyList<SourcePart> Parts, bool IsCut)
{
    public SourcePart PartAt(int position) => Parts.LastOrDefault(part => part.Start <= position) ?? Parts[0];
}

/// <summary>A passage inside a source's text.</summary>
internal sealed record SourcePart(Guid ChunkId, int? Page, int Ordinal, int Start);

/// <summary>Chooses, joins and numbers the passages that an answer is written from.</summary>
internal static class SourceSelection
{
    /// <summary>Below this a piece of a passage says too little to be worth its place.</summary>
    private const int LeastTokens = 48;

    /// <summary>What the marks around one source cost.</summary>
    private const int FenceTokens = 40;

    /// <summary>The best passages that fit, numbered from 1 in the order of the hits; neighbours are joined to one source.</summary>
    public static IReadOnlyList<NumberedSource> From(IReadOnlyList<SearchHit> hits, int tokenBudget)
    {
        var chosen = Choose(hits, tokenBudget);
        var sources = new List<NumberedSource>();
        var taken = new HashSet<Guid>();
        foreach (var (hit, _) in chosen)
        {
            if (taken.Contains(hit.ChunkId))
            {
                continue;
            }

            var run = Neighbours(chosen, hit);
            taken.UnionWith(run.Select(member => member.Hit.ChunkId));
            sources.Add(Join(sources.Count + 1, run));
        }

        return sources;
    }

    private static List<(SearchHit Hit, bool IsCut)> Choose(IReadOnlyList<SearchHit> hits, int tokenBudget)
    {
        var chosen = new List<(SearchHit Hit, bool IsCut)>();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var hit in hits)
        {
            if (string.IsNullOrWhiteSpace(hit.Text) || !texts.Add(hit.Text.Trim()))
            {
                continue;
            }

            var tokens = TokenEstimate.Of(hit.Text) + FenceTokens;
            if (tokens <= tokenBudget)
            {
                chosen.Add((hit, false));
                tokenBudget -= tokens;
                continue;
            }

            if (Beginning(hit.Text, tokenBudget - FenceTokens) is { } beginning)
            {
                chosen.Add((hit with { Text = beginning }, true));
            }

            break;
        }

        return chosen;
    }

    /// <summary>As many whole sentences from the start as fit; null when they are too few to matter.</summary>
    private static string? Beginning(string text, int tokenBudget)
    {
        var end = 0;
        foreach (var sentence in Sentences.Split(text))
        {
            if (TokenEstimate.Of(text.AsSpan(0, sentence.End)) > tokenBudget)
            {
                break;
            }

            end = sentence.End;
        }

        return end > 0 && TokenEstimate.Of(text.AsSpan(0, end)) >= LeastTokens ? text[..end] : null;
    }

    /// <summary>The chosen passages that stand directly before and behind one in its document, in their order.</summary>
    private static List<(SearchHit Hit, bool IsCut)> Neighbours(List<(SearchHit Hit, bool IsCut)> chosen, SearchHit hit)
    {
        var byOrdinal = chosen
            .Where(other => other.Hit.DocumentId == hit.DocumentId)
            .DistinctBy(other => other.Hit.Ordinal)
            .ToDictionary(other => other.Hit.Ordinal);
        var first = hit.Ordinal;
        while (byOrdinal.TryGetValue(first - 1, out var before) && !before.IsCut)
        {
            first--;
        }

        var run = new List<(SearchHit Hit, bool IsCut)>();
        for (var ordinal = first; byOrdinal.TryGetValue(ordinal, out var member); ordinal++)
        {
            run.Add(member);
            if (member.IsCut)
            {
                break;
            }
        }

        // A passage whose ordinal another one holds too, or that stands behind a cut one, stands alone.
        return run.Exists(member => member.Hit.ChunkId == hit.ChunkId) ? run : [(hit, false)];
    }

    private static NumberedSource Join(int number, List<(SearchHit Hit, bool IsCut)> run)
    {
        var text = run[0].Hit.Text;
        var parts = new List<SourcePart> { Part(run[0].Hit, 0) };
        foreach (var (hit, _) in run.Skip(1))
        {
            var overlap = Overlap(text, hit.Text);
            parts.Add(Part(hit, overlap > 0 ? text.Length : text.Length + 1));
            text = overlap > 0 ? text + hit.Text[overlap..] : $"{text}\n{hit.Text}";
        }

        var first = run[0].Hit;
        var shown = new AnswerSource(number, first.DocumentId, first.DocumentName, first.ChunkId, first.Page, first.Section, text);
        return new NumberedSource(shown, parts, run[^1].IsCut);
    }

    private static SourcePart Part(SearchHit hit, int start) => new(hit.ChunkId, hit.Page, hit.Ordinal, start);

    /// <summary>How much of the beginning of <paramref name="next"/> is the end of <paramref name="text"/>.</summary>
    private static int Overlap(string text, string next)
    {
        const int Least = 16;
        for (var length = Math.Min(text.Length, next.Length); length >= Least; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(next.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
