using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats;

/// <summary>Subtitles (SRT, WebVTT): what is said, sentence by sentence, each with the time at which it begins.</summary>
internal sealed partial class SubtitlesFormat : IFormatReader
{
    private const int LongestPassage = 400;

    private readonly StringBuilder _passage = new();
    private string _time = string.Empty;
    private string _last = string.Empty;

    public void Read(Stream file, DocumentSink sink)
    {
        var text = TextDecoder.Decode(file, sink);
        var isCue = false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var arrow = line.IndexOf("-->");
            if (arrow > 0)
            {
                isCue = true;
                _time = _passage.Length == 0 ? Time(line[..arrow]) : _time;
                Next(Time(line[..arrow]), sink);
            }
            else if (line.IsWhiteSpace())
            {
                isCue = false;
            }
            else if (isCue)
            {
                Said(line.ToString(), sink);
            }
        }

        End(sink);
        if (!sink.HasText)
        {
            PlainTextFormat.Read(text, sink);
        }
    }

    private void Next(string time, DocumentSink sink)
    {
        if (_passage.Length > LongestPassage || (_passage.Length > 0 && SentenceEnd().IsMatch(_passage.ToString())))
        {
            End(sink);
            _time = time;
        }
    }

    private void Said(string line, DocumentSink sink)
    {
        var speaker = Voice().Match(line) is { Success: true } voice ? voice.Groups[1].Value.Trim() + ": " : string.Empty;
        var text = CleanText.Line(WebUtility.HtmlDecode(Marks().Replace(line, string.Empty)));

        // Captions that roll show a line again until the next is complete.
        if (text.Length == 0 || text == _last)
        {
            return;
        }

        if (speaker.Length > 0 || text.StartsWith("- ", StringComparison.Ordinal))
        {
            End(sink);
        }

        _last = text;
        _passage.Append(_passage.Length > 0 ? " " : string.Empty).Append(speaker).Append(text);
    }

    private void End(DocumentSink sink)
    {
        if (_passage.Length > 0)
        {
            sink.Paragraph($"[{_time}] {_passage}");
            _passage.Clear();
        }
    }

    /// <summary>Hours, minutes and seconds of a time, whose hours WebVTT may leave out.</summary>
    private static string Time(ReadOnlySpan<char> text)
    {
        var time = text.Trim().ToString().Split('.', ',')[0];
        return time.Count(character => character == ':') == 1 ? "00:" + time : time;
    }

    [GeneratedRegex(@"<v(?:\.[\w.-]+)?\s+([^>]{1,80})>")]
    private static partial Regex Voice();

    [GeneratedRegex(@"<[^>]{0,200}>|\{\\[^}]{0,200}\}")]
    private static partial Regex Marks();

    [GeneratedRegex("""[.!?…。！？]["'”’»)\]]*$""")]
    private static partial Regex SentenceEnd();
}
