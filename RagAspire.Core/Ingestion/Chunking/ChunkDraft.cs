using System.Text;

namespace RagAspire.Ingestion.Chunking;

/// <summary>A chunk that is being filled: consecutive pieces, and the token count at each possible end.</summary>
/// <param name="start">The index of the first piece.</param>
/// <param name="repeated">How many pieces at the start repeat the previous chunk.</param>
internal sealed class ChunkDraft(IReadOnlyList<Piece> pieces, int start, int repeated, int maxTokens)
{
    private readonly List<int> _tokens = [];

    // Headings at the start become the section and are not part of the text.
    private int _opening;

    // The tokenizer joins characters across some borders; then the sum over the pieces is not exact.
    private bool _isSumExact = true;

    public int Start => start;

    public int Repeated => repeated;

    /// <summary>The piece after the last.</summary>
    public int End => start + _tokens.Count;

    /// <summary>The first piece of the text.</summary>
    public int TextStart => start + _opening;

    public double Fullness => (double)_tokens[^1] / maxTokens;

    /// <summary>The first end at which the chunk holds more than repeated pieces and headings.</summary>
    public int FirstEnd => start + Math.Max(repeated, _opening) + 1;

    /// <summary>Adds the next piece if it fits.</summary>
    public bool TryAdd()
    {
        if (End == pieces.Count)
        {
            return false;
        }

        var piece = pieces[End];
        var isOpening = piece.HeadingLevel > 0 && _tokens.Count == _opening;
        var tokens = isOpening ? piece.Section.PathTokens
            : _tokens.Count == _opening ? piece.Section.PathTokens + FirstTokens(piece)
            : _tokens[^1] + NextTokens(pieces[End - 1], piece);
        if (tokens > maxTokens)
        {
            return false;
        }

        _opening += isOpening ? 1 : 0;
        _isSumExact &= !piece.IsJoined && !piece.Text.StartsWith('/');
        _tokens.Add(tokens);
        return true;
    }

    public void CutAt(int end) => _tokens.RemoveRange(end - start, End - end);

    /// <param name="covered">How many pieces the chunks before hold.</param>
    public Chunk ToChunk(int ordinal, int covered, PieceText document)
    {
        var chunk = Fit(ordinal);
        var header = pieces[TextStart].TableHeader is { } row ? row.Text.Length + 1 : 0;
        return chunk with
        {
            Place = document.Place(TextStart, End, header),
            Lead = TextStart < covered ? "" : document.Between(covered - 1, TextStart),
        };
    }

    private Chunk Fit(int ordinal)
    {
        var chunk = Compose(ordinal);
        while (!_isSumExact && chunk.TokenCount > maxTokens && End > FirstEnd)
        {
            CutAt(End - 1);
            chunk = Compose(ordinal);
        }

        return chunk;
    }

    private static int FirstTokens(Piece piece)
    {
        var tokens = piece.Separator == " " ? TokenCounter.Count(piece.Text) : piece.Tokens;
        return piece.TableHeader is { } header ? header.Tokens + TokenCounter.CountBreak(header.Text, "\n") + tokens : tokens;
    }

    private static int NextTokens(Piece previous, Piece piece) =>
        piece.Tokens + (piece.Border >= Border.Line ? TokenCounter.CountBreak(previous.Text, piece.Separator) : 0);

    private Chunk Compose(int ordinal)
    {
        var first = pieces[start + _opening];
        var text = new StringBuilder();
        if (first.TableHeader is { } header)
        {
            text.Append(header.Text).Append('\n');
        }

        text.Append(first.Text);
        for (var index = start + _opening + 1; index < End; index++)
        {
            text.Append(pieces[index].Separator).Append(pieces[index].Text);
        }

        var chunk = new Chunk(ordinal, text.ToString(), first.Section.Path, first.Page, _tokens[^1]);
        return _isSumExact ? chunk : chunk with { TokenCount = TokenCounter.Count(chunk.IndexedText) };
    }
}
