using System.Text;
using RagAspire.Extractor.InlineText;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Rtf;

/// <summary>Collects the text of an RTF document into paragraphs, list items, headings and tables.</summary>
internal sealed class RtfBlocks(DocumentSink sink)
{
    private readonly StyledText _text = new();
    private readonly StringBuilder _comment = new();
    private readonly StringBuilder _marker = new();
    private readonly List<string> _cells = [];
    private readonly List<Merge> _merges = [];
    private MergedRows _rows = new();
    private Merge _merge;
    private bool _isHeader;

    public int HeadingLevel { get; set; }

    public bool IsInTable { get; set; }

    public void Append(string text, TextStyle style, bool isMarker)
    {
        if (isMarker)
        {
            _marker.Append(text);
        }
        else
        {
            _text.Append(text, style);
        }
    }

    public void AppendComment(string text) => _comment.Append(text);

    public void EndParagraph()
    {
        if (IsInTable)
        {
            _text.Append(" ");
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

        if (_comment.Length > 0)
        {
            sink.Paragraph($"Comment: {_comment}");
            _comment.Clear();
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

        AddRow();
    }

    /// <summary>Starts the definition of a row: how its cells are merged.</summary>
    public void DefineRow()
    {
        _merges.Clear();
        (_merge, _isHeader) = (Merge.None, false);
    }

    /// <param name="word">A control word of the definition of a cell.</param>
    public void Define(string word)
    {
        switch (word)
        {
            case "trhdr":
                _isHeader = true;
                break;
            case "clvmrg":
                _merge |= Merge.Above;
                break;
            case "clmrg":
                _merge |= Merge.Left;
                break;
            default:
                _merges.Add(_merge);
                _merge = Merge.None;
                break;
        }
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
            AddRow();
        }

        if (_rows.Count > 0)
        {
            sink.Table(_rows.ToGrid());
            _rows = new MergedRows();
        }
    }

    private void AddRow()
    {
        _rows.StartRow(_isHeader);
        for (var index = 0; index < _cells.Count;)
        {
            var columns = 1;
            while (index + columns < _cells.Count && MergeOf(index + columns).HasFlag(Merge.Left))
            {
                columns++;
            }

            _rows.Add(_cells[index], columns, MergeOf(index).HasFlag(Merge.Above));
            index += columns;
        }

        _cells.Clear();
    }

    private Merge MergeOf(int index) => index < _merges.Count ? _merges[index] : Merge.None;

    /// <summary>What a cell is a part of.</summary>
    [Flags]
    private enum Merge
    {
        None,
        Left,
        Above,
    }
}
