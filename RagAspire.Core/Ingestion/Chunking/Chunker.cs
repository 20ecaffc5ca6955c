using Microsoft.Extensions.Options;
using RagAspire.Extraction;

namespace RagAspire.Ingestion.Chunking;

/// <summary>
/// Cuts a document into chunks of at most <see cref="ChunkingOptions.MaxTokens"/>, at the best borders near that size. A
/// chunk stays on its page, and so does its overlap, unless a sentence goes on over the border; its parts know their pages.
/// </summary>
public sealed class Chunker(IOptions<ChunkingOptions> options)
{
    private readonly int _maxTokens = options.Value.MaxTokens;
    private readonly int _overlapTokens = options.Value.OverlapTokens;

    public IReadOnlyList<Chunk> Chunk(ExtractedDocument document)
    {
        var pieces = new PieceReader(_maxTokens).Read(document);
        var text = new PieceText(pieces);
        var chunks = new List<Chunk>();
        var (start, repeated, covered) = (0, 0, 0);
        while (start + repeated < pieces.Count)
        {
            var draft = Fill(pieces, start, repeated);
            chunks.Add(draft.ToChunk(chunks.Count, covered, text));
            covered = draft.End;
            repeated = CountRepeated(pieces, draft);
            start = draft.End - repeated;
        }

        return chunks;
    }

    /// <summary>The pieces from <paramref name="start"/> that make the best chunk.</summary>
    private ChunkDraft Fill(IReadOnlyList<Piece> pieces, int start, int repeated)
    {
        var draft = new ChunkDraft(pieces, start, repeated, _maxTokens);
        var best = 0;
        var bestScore = double.MinValue;
        while (draft.TryAdd())
        {
            if (draft.End < draft.FirstEnd)
            {
                continue;
            }

            if (draft.End == pieces.Count || IsPageBreak(pieces, draft.End))
            {
                return draft;
            }

            var score = Score(pieces, draft.End, draft.Fullness);
            if (score >= bestScore)
            {
                (best, bestScore) = (draft.End, score);
            }
        }

        if (best == 0)
        {
            // The repeated pieces leave no room for a new one.
            return Fill(pieces, start + repeated, 0);
        }

        draft.CutAt(best);
        return draft;
    }

    private static bool IsPageBreak(IReadOnlyList<Piece> pieces, int end) =>
        pieces[end].Page != pieces[end - 1].Page && pieces[end].Border > Border.Word;

    // Fuller is better, but a good border outweighs some free space. A heading stays with the text after it.
    private static double Score(IReadOnlyList<Piece> pieces, int end, double fullness) =>
        fullness + (pieces[end - 1].HeadingLevel > 0 ? -2 : pieces[end].Border switch
        {
            Border.None => -1,
            Border.Word => -.5,
            Border.Sentence => 0,
            Border.Line => .05,
            Border.Paragraph => .15,
            _ => .4 - (.03 * pieces[end].HeadingLevel),
        });

    /// <summary>How many pieces at the end of a chunk the next chunk repeats: whole sentences under the same heading.</summary>
    private int CountRepeated(IReadOnlyList<Piece> pieces, ChunkDraft draft)
    {
        if (draft.End == pieces.Count || pieces[draft.End] is { Border: Border.Heading } or { TableHeader: not null }
            || IsPageBreak(pieces, draft.End))
        {
            return 0;
        }

        var count = 0;
        var tokens = 0;
        for (var index = draft.End - 1; index >= draft.FirstEnd; index--)
        {
            var piece = pieces[index];
            tokens += piece.Tokens + 1;
            if (tokens > _overlapTokens || piece.HeadingLevel > 0 || piece.TableHeader is not null)
            {
                break;
            }

            count = piece.Border is Border.None or Border.Word ? count : draft.End - index;
        }

        return count;
    }
}
