using System.Text;

namespace RagAspire.Ingestion.Chunking;

/// <summary>The text of a document: all its pieces with what separates them, headings included.</summary>
internal sealed class PieceText
{
    private readonly IReadOnlyList<Piece> _pieces;
    private readonly int[] _starts;

    public PieceText(IReadOnlyList<Piece> pieces)
    {
        _pieces = pieces;
        _starts = new int[pieces.Count];
        var position = 0;
        for (var index = 0; index < pieces.Count; index++)
        {
            position += index == 0 ? 0 : pieces[index].Separator.Length;
            _starts[index] = position;
            position += pieces[index].Text.Length;
        }
    }

    /// <summary>Where the pieces from <paramref name="first"/> to before <paramref name="end"/> stand.</summary>
    public ChunkPlace Place(int first, int end, int headerLength)
    {
        var parts = new List<ChunkPart>();
        for (var index = first; index < end; index++)
        {
            var (page, section) = (_pieces[index].Page, _pieces[index].Section.Path);
            if (parts.Count == 0 || parts[^1].Page != page || parts[^1].Section != section)
            {
                parts.Add(new ChunkPart(_starts[index], page, section));
            }
        }

        return new ChunkPlace(_starts[first], EndOf(end - 1), headerLength, parts.Count > 1 ? parts : []);
    }

    /// <summary>The text between the end of one piece and the start of a later one.</summary>
    /// <param name="before">-1 for the start of the document.</param>
    public string Between(int before, int next)
    {
        var text = new StringBuilder();
        for (var index = before + 1; index <= next; index++)
        {
            text.Append(index == 0 ? "" : _pieces[index].Separator).Append(index < next ? _pieces[index].Text : "");
        }

        return text.ToString();
    }

    private int EndOf(int index) => _starts[index] + _pieces[index].Text.Length;
}
