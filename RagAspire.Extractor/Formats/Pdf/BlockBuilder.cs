using System.Text;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Joins the rows of a region into paragraphs and tables.</summary>
internal sealed partial class BlockBuilder
{
    private const double ParagraphGap = 1.35;
    private const double SizeChange = .08;

    private readonly IReadOnlyList<TextRow> _rows;
    private readonly double _spacing;
    private readonly double _right;
    private readonly List<PdfBlock> _blocks = [];
    private readonly List<TextRow> _paragraph = [];

    private BlockBuilder(IReadOnlyList<TextRow> rows)
    {
        _rows = rows;
        _right = rows.Max(row => row.Right);
        _spacing = Spacing(rows);
    }

    public static IReadOnlyList<PdfBlock> Build(IReadOnlyList<TextRow> rows)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var builder = new BlockBuilder(rows);
        builder.Run();
        return builder._blocks;
    }

    private void Run()
    {
        for (var index = 0; index < _rows.Count;)
        {
            var end = TableEnd(index);
            if (end > index + 1)
            {
                EndParagraph();
                AddTable(index, end);
                index = end;
                continue;
            }

            if (_paragraph.Count > 0 && StartsParagraph(_rows[index], _paragraph[^1]))
            {
                EndParagraph();
            }

            _paragraph.Add(_rows[index++]);
        }

        EndParagraph();
    }

    /// <summary>The row after a table that starts here. Rows of one cell inside it are wrapped or spanning cells.</summary>
    private int TableEnd(int start)
    {
        if (!IsTableRow(_rows[start]))
        {
            return start;
        }

        var end = start + 1;
        for (var index = start + 1; index < _rows.Count && index - end < 2 && IsNear(index); index++)
        {
            if (IsTableRow(_rows[index]))
            {
                end = index + 1;
            }
        }

        return end;
    }

    private bool IsNear(int index) =>
        _rows[index - 1].Baseline - _rows[index].Baseline < 3 * Math.Max(_spacing, _rows[index].Size);

    // A number or a bullet before a text is a list item, not a table.
    private static bool IsTableRow(TextRow row) =>
        row.Segments.Count > 2 || (row.Segments.Count == 2 && !ListMarker().IsMatch(row.Segments[0].Text));

    private void AddTable(int start, int end) => _blocks.Add(new PdfBlock(
        string.Empty, _rows[start].Size, false, end - start, ColumnGrid.Of(_rows.Skip(start).Take(end - start))));

    private bool StartsParagraph(TextRow row, TextRow previous)
    {
        var gap = previous.Baseline - row.Baseline;
        var isApart = gap > ParagraphGap * _spacing || gap < 0;
        var isOtherFont = Math.Abs(row.Size - previous.Size) > SizeChange * previous.Size || row.IsBold != previous.IsBold;
        var isShortBefore = _right - previous.Right > .2 * (_right - _paragraph[0].Left) && Sentence().IsMatch(previous.Text);
        var isIndented = row.Left - previous.Left > .8 * row.Size && _paragraph.Count > 1 && Sentence().IsMatch(previous.Text);
        return isApart || isOtherFont || isShortBefore || isIndented || StartsWithMarker(row);
    }

    private static bool StartsWithMarker(TextRow row) => ListItem().IsMatch(row.Text);

    private void EndParagraph()
    {
        if (_paragraph.Count == 0)
        {
            return;
        }

        var text = new StringBuilder();
        foreach (var row in _paragraph)
        {
            Append(text, row.Text);
        }

        _blocks.Add(new PdfBlock(
            Leader().Replace(text.ToString(), " … "),
            _paragraph.Max(row => row.Size),
            _paragraph.TrueForAll(row => row.IsBold),
            _paragraph.Count,
            []));
        _paragraph.Clear();
    }

    // A hyphen at a line end divides a word where a lower-case letter follows.
    /// <summary>Joins two parts of a paragraph, and a divided word.</summary>
    public static string Joined(string before, string after)
    {
        var text = new StringBuilder(before);
        Append(text, after);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string line)
    {
        if (text.Length > 2 && text[^1] is '-' or '\u00ad' or '\u2010' && char.IsLower(text[^2]) && line.Length > 0
            && char.IsLower(line[0]))
        {
            text.Length--;
        }
        else if (text.Length > 0)
        {
            text.Append(' ');
        }

        text.Append(line);
    }

    /// <summary>The usual distance between lines.</summary>
    private static double Spacing(IReadOnlyList<TextRow> rows)
    {
        var gaps = new List<double>();
        for (var index = 1; index < rows.Count; index++)
        {
            var gap = rows[index - 1].Baseline - rows[index].Baseline;
            if (gap > .5 * rows[index].Size && gap < 2.5 * rows[index].Size)
            {
                gaps.Add(gap);
            }
        }

        gaps.Sort();
        return gaps.Count > 0 ? gaps[gaps.Count / 3] : 1.3 * rows[0].Size;
    }

    [GeneratedRegex(@"^([•●▪■○◦–—*·-]|\(?(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,2}(\.\d{1,2}){1,4}\.?)$")]
    private static partial Regex ListMarker();

    [GeneratedRegex(@"^([•●▪■○◦]|[–—*-] |\(?(\d{1,3}|[a-zA-Z]|[ivx]{2,5})[.)] )")]
    private static partial Regex ListItem();

    [GeneratedRegex(@"[.:;!?。！？]['""”’)\]]*$")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"(\.\s?){5,}|(_\s?){5,}|…{2,}")]
    private static partial Regex Leader();
}
