using System.Text;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>
/// The merged cells of a sheet. They stand behind the rows, so that the part is searched for them before the rows are read,
/// without parsing it.
/// </summary>
internal sealed partial class MergedRanges
{
    private const int MaxRanges = 50_000;
    private const int MaxList = 8 * 1024 * 1024;
    private const int BufferBytes = 128 * 1024;
    private const int MaxRepeated = 300;

    private readonly List<MergedRange> _ranges;
    private readonly List<MergedRange> _open = [];
    private int _next;

    private MergedRanges(List<MergedRange> ranges)
    {
        _ranges = ranges;
        _ranges.Sort((one, other) => one.Row.CompareTo(other.Row));
    }

    public static MergedRanges Of(OfficePart part)
    {
        using var stream = part.OpenAhead();
        var ranges = new List<MergedRange>();
        foreach (Match match in Range().Matches(stream is null ? string.Empty : List(stream)))
        {
            var cells = match.Groups[1].Value.Split(':');
            if (ranges.Count < MaxRanges && CellReference.Of(cells[0]) is { } first && CellReference.Of(cells[1]) is { } last)
            {
                ranges.Add(new MergedRange(
                    first.Row, first.Column, Math.Max(first.Row, last.Row), Math.Max(first.Column, last.Column)));
            }
        }

        return new MergedRanges(ranges);
    }

    /// <summary>The ranges in a row; rows are asked for from top to bottom.</summary>
    public IReadOnlyList<MergedRange> In(int row)
    {
        if (_open.Count > 0)
        {
            _open.RemoveAll(range => range.LastRow < row);
        }

        while (_next < _ranges.Count && _ranges[_next].Row <= row)
        {
            if (_ranges[_next].LastRow >= row)
            {
                _open.Add(_ranges[_next]);
            }

            _next++;
        }

        return _open;
    }

    /// <summary>The text of the part from its list of merged cells on.</summary>
    private static string List(Stream stream)
    {
        var list = new StringBuilder();
        var buffer = new byte[BufferBytes];
        var kept = 0;
        var isFound = false;
        while (stream.Read(buffer, kept, buffer.Length - kept) is > 0 and var count && list.Length < MaxList)
        {
            var bytes = buffer.AsSpan(0, kept + count);
            kept = 0;
            if (isFound)
            {
                list.Append(Encoding.Latin1.GetString(bytes));
            }
            else if (bytes.IndexOf("mergeCells"u8) is >= 0 and var start)
            {
                isFound = true;
                list.Append(Encoding.Latin1.GetString(bytes[start..]));
            }
            else
            {
                kept = Math.Min(10, bytes.Length);
                bytes[^kept..].CopyTo(buffer);
            }
        }

        return list.ToString();
    }

    [GeneratedRegex("""mergeCell\s+ref=["']([$A-Za-z0-9]{1,12}:[$A-Za-z0-9]{1,12})["']""")]
    private static partial Regex Range();

    /// <summary>Cells that are shown as one. All numbers are 1-based.</summary>
    internal sealed class MergedRange(int row, int column, int lastRow, int lastColumn)
    {
        private string _text = string.Empty;

        public int Row => row;

        public int Column => column;

        public int LastRow => lastRow;

        public int Columns => lastColumn - column + 1;

        /// <summary>Of the first cell, when it has been read. Prose is not repeated in each row.</summary>
        public string Text
        {
            get => _text;
            set => _text = value.Length > MaxRepeated ? string.Empty : value;
        }
    }
}
