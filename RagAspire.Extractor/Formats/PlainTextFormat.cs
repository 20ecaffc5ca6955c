using System.Text;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats;

/// <summary>Text without markup: empty lines separate paragraphs.</summary>
internal sealed partial class PlainTextFormat : IFormatReader
{
    // Lines of this average length were wrapped by an editor; the line ends have no meaning.
    private const int WrappedLength = 45;

    public void Read(Stream file, DocumentSink sink) => Read(TextDecoder.Decode(file, sink), sink);

    public static void Read(string text, DocumentSink sink)
    {
        var lines = new List<string>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                Paragraph(lines, sink);
                lines.Clear();
            }
            else
            {
                lines.Add(line.TrimEnd().ToString());
            }
        }

        Paragraph(lines, sink);
    }

    private static void Paragraph(List<string> lines, DocumentSink sink)
    {
        if (IsIndented(lines))
        {
            sink.Code(string.Join('\n', lines));
        }
        else
        {
            sink.Paragraph(Paragraph(lines));
        }
    }

    // Lines that are further in than others of their paragraph: code, settings, outlines; not the first line of a text, nor the
    // later lines of a list item.
    private static bool IsIndented(List<string> lines)
    {
        if (lines.Count < 2)
        {
            return lines.Count == 1 && Indentation(lines[0]) >= 4;
        }

        var least = lines.Min(Indentation);
        var isFirstOnly = Indentation(lines[0]) > least && lines.Skip(1).All(line => Indentation(line) == least);
        var isItem = ItemMarker().IsMatch(lines[0]) && Indentation(lines[0]) == least
            && lines.Skip(1).All(line => Indentation(line) > least && !Setting().IsMatch(line));
        return !isFirstOnly && !isItem && lines.Exists(line => Indentation(line) > least);
    }

    private static int Indentation(string line)
    {
        var columns = 0;
        foreach (var character in line)
        {
            if (character is not (' ' or '\t'))
            {
                break;
            }

            columns += character == '\t' ? 4 : 1;
        }

        return columns;
    }

    private static string Paragraph(List<string> lines)
    {
        if (lines.Count < 2 || !IsWrapped(lines))
        {
            return string.Join('\n', lines);
        }

        var text = new StringBuilder(lines[0]);
        foreach (var line in lines.Skip(1))
        {
            text.Append(' ').Append(line);
        }

        return text.ToString();
    }

    private static bool IsWrapped(List<string> lines)
    {
        var full = lines.Take(lines.Count - 1).ToList();
        return full.Average(line => line.Length) > WrappedLength
            && full.Max(line => line.Length) <= 120
            && full.All(line => !line.Contains('\t') && !char.IsWhiteSpace(line[0]))
            && full.Count(line => line.Length < WrappedLength * 2 / 3) * 5 <= full.Count;
    }

    [GeneratedRegex(@"^\s*([-*•–]|\(?\w{1,3}[.)])\s")]
    private static partial Regex ItemMarker();

    [GeneratedRegex(@"^\s*[\w.-]+:(\s|$)")]
    private static partial Regex Setting();
}
