using System.Text;

namespace RagAspire.Extractor.Formats.Rtf;

/// <summary>Collects the text of an RTF document into paragraphs, list items, headings and tables.</summary>
internal sealed class RtfBlocks(DocumentSink sink)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _marker = new();
    private readonly List<List<string>> _rows = [];
    private List<string> _cells = [];

    public int HeadingLevel { get; set; }

    public bool IsInTable { get; set; }

    public void Append(string text, bool isMarker) => (isMarker ? _marker : _text).Append(text);

    public void EndParagraph()
    {
        if (IsInTable)
        {
            _text.Append(' ');
            _marker.Clear();
            return;
        }

        EndTable();
        var text = _text.ToString();
        var marker = CleanText.Line(_marker.ToString());
        _text.Clear();
        _marker.Clear();
        if (HeadingLevel > 0)
        {
            sink.Heading(HeadingLevel, $"{(marker is "•" or "-" or "·" ? string.Empty : marker)} {text}");
        }
        else if (marker.Length > 0 && !string.IsNullOrWhiteSpace(text))
        {
            sink.ListItem($"{(char.IsLetterOrDigit(marker[0]) || marker[0] == '(' ? marker : "-")} {text}");
        }
        else
        {
            sink.Paragraph(text);
        }
    }

    public void EndCell()
    {
        _cells.Add(_text.ToString());
        _text.Clear();
    }

    public void EndRow()
    {
        if (_text.Length > 0)
        {
            EndCell();
        }

        _rows.Add(_cells);
        _cells = [];
    }

    public void End()
    {
        IsInTable = false;
        if (_cells.Count > 0)
        {
            EndRow();
        }

        EndParagraph();
        EndTable();
    }

    private void EndTable()
    {
        if (_cells.Count > 0)
        {
            _rows.Add(_cells);
            _cells = [];
        }

        if (_rows.Count > 0)
        {
            sink.Table(TableRows.WithoutEmptyColumns([.. _rows]));
            _rows.Clear();
        }
    }
}
