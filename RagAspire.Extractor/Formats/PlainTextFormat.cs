using System.Text;

namespace RagAspire.Extractor.Formats;

/// <summary>Text without markup: empty lines separate paragraphs.</summary>
internal sealed class PlainTextFormat : IFormatReader
{
    // Lines of this average length were wrapped by an editor; the line ends have no meaning.
    private const int WrappedLength = 45;

    public void Read(Stream file, DocumentSink sink) => Read(TextDecoder.Decode(file), sink);

    public static void Read(string text, DocumentSink sink)
    {
        var lines = new List<string>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                sink.Paragraph(Paragraph(lines));
                lines.Clear();
            }
            else
            {
                lines.Add(line.TrimEnd().ToString());
            }
        }

        sink.Paragraph(Paragraph(lines));
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
}
