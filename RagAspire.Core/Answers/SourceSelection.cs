using RagAspire.Answers.Generation;
using RagAspire.Search;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers;

/// <summary>A source that was selected for an answer, and the chunks that its text consists of.</summary>
/// <param name="Shown">The source as the model and the client see it.</param>
/// <param name="Chunks">In the order of the text, without gaps.</param>
/// <param name="IsCut">The text ends before the last chunk does.</param>
internal sealed record SelectedSource(Source Shown, IReadOnlyList<SourceChunk> Chunks, bool IsCut)
{
    public SourceChunk ChunkAt(int position) => Chunks.LastOrDefault(chunk => chunk.Start <= position) ?? Chunks[0];
}

/// <summary>A chunk inside a source's text.</summary>
/// <param name="Start">Position in the text, from 0.</param>
/// <param name="Skipped">The characters at the chunk's start that the text has already.</param>
internal sealed record SourceChunk(SearchHit Hit, int Start, int Skipped)
{
    public Guid ChunkId => Hit.ChunkId;

    /// <summary>The page and the section at a position of the source's text.</summary>
    public (int? Page, string? Section) PlaceAt(int position) =>
        PositionOf(position) is { } inDocument && Hit.Place!.PartAt(inDocument) is { } part
            ? (part.Page, part.Section)
            : (Hit.Page, Hit.Section);

    /// <summary>The position in the document's text; null where the chunk does not know its place.</summary>
    public int? PositionOf(int position) => Hit.Place?.PositionOf(position - Start + Skipped);
}

/// <summary>Selects, joins and numbers the chunks that an answer is written from.</summary>
internal static class SourceSelection
{
    /// <summary>A chunk that must be cut to fewer tokens than this is left out.</summary>
    private const int LeastTokens = 48;

    /// <summary>Tokens of the fence around one source in the prompt.</summary>
    internal const int FenceTokens = 40;

    /// <summary>The best chunks that fit the budget, numbered from 1 in the order of the hits, with neighbours joined.</summary>
    /// <param name="neighbours">Chunks that are no hits, and are joined to those that are where the budget has room left.</param>
    public static IReadOnlyList<SelectedSource> From(
        IReadOnlyList<SearchHit> hits, int tokenBudget, IReadOnlyList<SearchHit>? neighbours = null)
    {
        var (found, room) = Choose(hits, tokenBudget);
        var chosen = Extended(found, neighbours ?? [], room);
        var sources = new List<SelectedSource>();
        var taken = new HashSet<Guid>();
        foreach (var (hit, _) in found)
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

    private static (List<(SearchHit Hit, bool IsCut)> Chosen, int Room) Choose(IReadOnlyList<SearchHit> hits, int tokenBudget)
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

            return (chosen, 0);
        }

        return (chosen, tokenBudget);
    }

    /// <summary>The chosen chunks and, best hits first, the neighbours for which there is room.</summary>
    private static List<(SearchHit Hit, bool IsCut)> Extended(
        List<(SearchHit Hit, bool IsCut)> chosen, IReadOnlyList<SearchHit> neighbours, int room)
    {
        var extended = new List<(SearchHit Hit, bool IsCut)>(chosen);
        foreach (var (hit, _) in chosen)
        {
            foreach (var neighbour in neighbours.Where(
                other => other.DocumentId == hit.DocumentId && Math.Abs(other.Ordinal - hit.Ordinal) == 1))
            {
                var tokens = TokenEstimate.Of(neighbour.Text);
                if (tokens <= room && !extended.Exists(other => other.Hit.ChunkId == neighbour.ChunkId))
                {
                    extended.Add((neighbour, false));
                    room -= tokens;
                }
            }
        }

        return extended;
    }

    /// <summary>The whole sentences from the start that fit; null when they are too few.</summary>
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

    /// <summary>A hit with the chosen chunks directly before and after it in its document, in their order.</summary>
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

        // A chunk after a cut one, or with the same ordinal as another, cannot be joined.
        return run.Exists(member => member.Hit.ChunkId == hit.ChunkId) ? run : [(hit, false)];
    }

    private static SelectedSource Join(int number, List<(SearchHit Hit, bool IsCut)> run)
    {
        var text = run[0].Hit.Text;
        var chunks = new List<SourceChunk> { new(run[0].Hit, 0, 0) };
        foreach (var (hit, _) in run.Skip(1))
        {
            var overlap = Overlap(text, chunks[^1].Hit, hit);
            var isRepeated = overlap > (hit.Place?.HeaderLength ?? 0);
            chunks.Add(new SourceChunk(hit, isRepeated ? text.Length : text.Length + 1, overlap));
            text = isRepeated ? text + hit.Text[overlap..] : $"{text}\n{hit.Text[overlap..]}";
        }

        var first = run[0].Hit;
        var shown = new Source(number, first.DocumentId, first.DocumentName, first.ChunkId, first.Page, first.Section, text);
        return new SelectedSource(shown, chunks, run[^1].IsCut);
    }

    /// <summary>The length of the beginning of a chunk that the text has already, the header of its table included.</summary>
    private static int Overlap(string text, SearchHit before, SearchHit next) =>
        before.Place is { } first && next.Place is { } second
            ? Math.Clamp(second.HeaderLength + Math.Max(0, first.End - second.Start), 0, next.Text.Length)
            : Overlap(text, next.Text);

    /// <summary>The length of the beginning of <paramref name="next"/> that is also the end of <paramref name="text"/>.</summary>
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
