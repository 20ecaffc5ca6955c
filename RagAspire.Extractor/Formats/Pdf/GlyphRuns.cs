using RagAspire.Extractor.InlineText;
using UglyToad.PdfPig.Content;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// Joins the letters of a page into segments. A page has only the position of each letter: spaces and columns are derived
/// from the gaps.
/// </summary>
internal sealed class GlyphRuns
{
    // Relative to the size of the letters.
    private const double CellGap = 1.2;
    private const double SpaceGap = .17;
    private const double SpaceGapWhereSpacesAreWritten = .3;
    private const double MaxOverlap = .6;
    private const double SameBaseline = .25;
    private const double SmallerSize = .88;
    private const double Rise = .12;
    private const double Fall = .07;

    private readonly List<TextSegment> _runs = [];
    private readonly StyledText _text = new();
    private readonly double _spaceGap;
    private Glyph _last;
    private Glyph _first;
    private Glyph _base;
    private bool _hasSpace;
    private int _count;
    private int _boldCount;
    private double _sizeSum;

    private GlyphRuns(bool hasSpaces) => _spaceGap = hasSpaces ? SpaceGapWhereSpacesAreWritten : SpaceGap;

    /// <summary>The segments of each text direction on the page, the most common direction first.</summary>
    public static IEnumerable<IReadOnlyList<TextSegment>> Read(IReadOnlyList<Letter> letters)
    {
        var hasSpaces = letters.Count(letter => string.IsNullOrWhiteSpace(letter.Value)) * 25 > letters.Count;
        foreach (var direction in letters.GroupBy(Direction).OrderByDescending(group => group.Count()))
        {
            var runs = new GlyphRuns(hasSpaces);
            foreach (var letter in direction)
            {
                runs.Add(Turn(letter, direction.Key));
            }

            runs.EndRun();
            yield return Merge(runs._runs);
        }
    }

    private static int Direction(Letter letter)
    {
        var (x, y) = (letter.EndBaseLine.X - letter.StartBaseLine.X, letter.EndBaseLine.Y - letter.StartBaseLine.Y);
        var degrees = Math.Abs(x) + Math.Abs(y) < 1e-6 ? 0 : Math.Atan2(y, x) * 180 / Math.PI;
        return letter.TextOrientation == TextOrientation.Horizontal
            ? 0
            : ((int)Math.Round(degrees / 5) * 5) + (degrees < -177 ? 360 : 0);
    }

    private static Glyph Turn(Letter letter, int degrees)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var left = (letter.StartBaseLine.X * cos) + (letter.StartBaseLine.Y * sin);
        var right = (letter.EndBaseLine.X * cos) + (letter.EndBaseLine.Y * sin);
        var baseline = (letter.StartBaseLine.Y * cos) - (letter.StartBaseLine.X * sin);
        var size = Math.Abs(letter.PointSize) is > .5 and < 1000 and var points ? points
            : letter.BoundingBox.Height is > .5 and < 1000 and var height ? height
            : 10;
        return new Glyph(
            letter.Value ?? string.Empty, left, Math.Max(left, right), baseline, size,
            letter.FontDetails?.IsBold == true);
    }

    private void Add(Glyph glyph)
    {
        if (string.IsNullOrWhiteSpace(glyph.Value))
        {
            if (_count > 0 && !_hasSpace)
            {
                _text.Append(" ", TextStyle.Plain);
                _hasSpace = true;
            }

            return;
        }

        if (!double.IsFinite(glyph.Left) || !double.IsFinite(glyph.Right) || !double.IsFinite(glyph.Baseline))
        {
            return;
        }

        if (_count > 0 && IsSameAgain(glyph))
        {
            return;
        }

        if (_count > 0 && !Follows(glyph))
        {
            EndRun();
        }

        if (_count == 0)
        {
            (_first, _base) = (glyph, glyph);
        }
        else if (!_hasSpace && glyph.Left - _last.Right > _spaceGap * Math.Min(glyph.Size, _last.Size))
        {
            _text.Append(" ", TextStyle.Plain);
        }

        var style = StyleOf(glyph.Size, glyph.Baseline, _base.Size, _base.Baseline);
        _base = style == TextStyle.Plain ? glyph : _base;
        _text.Append(glyph.Value, style);
        _hasSpace = false;
        _count++;
        _boldCount += glyph.IsBold ? 1 : 0;
        _sizeSum += glyph.Size;
        _last = glyph;
    }

    // Raised and lowered digits are smaller than the letters before them.
    private static TextStyle StyleOf(double size, double baseline, double baseSize, double baseBaseline) =>
        size > SmallerSize * baseSize ? TextStyle.Plain
        : baseline - baseBaseline > Rise * baseSize ? TextStyle.Raised
        : baseBaseline - baseline > Fall * baseSize ? TextStyle.Lowered
        : TextStyle.Plain;

    // Some programs write each letter twice to make it bold.
    private bool IsSameAgain(Glyph glyph) =>
        glyph.Value == _last.Value && Math.Abs(glyph.Left - _last.Left) < .15 * glyph.Size
            && Math.Abs(glyph.Baseline - _last.Baseline) < .15 * glyph.Size;

    private bool Follows(Glyph glyph)
    {
        var size = Math.Max(glyph.Size, _last.Size);
        var gap = glyph.Left - _last.Right;
        var rise = Math.Abs(glyph.Baseline - _last.Baseline);
        return gap > -MaxOverlap * size
            && gap < CellGap * size
            && (rise < SameBaseline * size || (rise < .6 * size && gap < .4 * size && glyph.Size != _last.Size));
    }

    private void EndRun()
    {
        var text = _text.ToString().Trim();
        if (text.Length > 0)
        {
            _runs.Add(new TextSegment(
                text, _first.Left, Math.Max(_first.Left, _last.Right), _first.Baseline, _sizeSum / _count,
                _boldCount * 2 > _count));
        }

        _text.Clear();
        (_count, _boldCount, _sizeSum, _hasSpace) = (0, 0, 0, false);
    }

    /// <summary>Joins adjacent runs of a line that are not consecutive in the file.</summary>
    private static List<TextSegment> Merge(List<TextSegment> runs)
    {
        var segments = new List<TextSegment>();
        foreach (var line in TextRows.Group(runs))
        {
            var open = line[0];
            foreach (var run in line.Skip(1))
            {
                var gap = run.Left - open.Right;
                var size = Math.Min(run.Size, open.Size);
                if (run.Text == open.Text && Math.Abs(run.Left - open.Left) < .3 * size)
                {
                    continue;
                }

                if (gap < .6 * size && gap > -size)
                {
                    var style = StyleOf(run.Size, run.Baseline, open.Size, open.Baseline);
                    var separator = gap > SpaceGap * size && style == TextStyle.Plain ? " " : string.Empty;
                    open = open with
                    {
                        Text = Joined(open.Text, separator + run.Text, style),
                        Right = Math.Max(open.Right, run.Right),
                        Size = Math.Max(open.Size, run.Size),
                        IsBold = open.IsBold && run.IsBold,
                    };
                }
                else
                {
                    segments.Add(open);
                    open = run;
                }
            }

            segments.Add(open);
        }

        return [.. segments.Select(segment => segment with { Text = RightToLeft.Logical(LostLigatures.Restore(segment.Text)) })];
    }

    private static string Joined(string text, string run, TextStyle style)
    {
        if (style == TextStyle.Plain)
        {
            return text + run;
        }

        var joined = new StyledText();
        joined.Append(text, TextStyle.Plain);
        joined.Append(run, style);
        return joined.ToString();
    }

    private readonly record struct Glyph(string Value, double Left, double Right, double Baseline, double Size, bool IsBold);
}
