using System.Text;

namespace RagAspire.Extractor.Formats;

/// <summary>Joins the lines that a mail program broke, which end in a space (RFC 3676).</summary>
internal static class FlowedText
{
    /// <param name="deletesSpace">The space at the end of a broken line is not part of the text.</param>
    public static string Join(string text, bool deletesSpace)
    {
        var joined = new StringBuilder(text.Length);
        var quotes = -1;
        foreach (var range in text.AsSpan().EnumerateLines())
        {
            var depth = range.IndexOfAnyExcept('>');
            depth = depth < 0 ? range.Length : depth;
            var line = range[depth..];
            line = line.StartsWith(' ') ? line[1..] : line;
            var isSignature = line.SequenceEqual("-- ");
            if (quotes != depth || isSignature)
            {
                joined.Append(joined.Length > 0 && quotes >= 0 ? "\n" : string.Empty).Append('>', depth).Append(depth > 0 ? " " : string.Empty);
            }

            var isBroken = line.EndsWith(' ') && !isSignature;
            joined.Append(isBroken && deletesSpace ? line[..^1] : line);
            quotes = isBroken ? depth : -1;
            joined.Append(isBroken ? string.Empty : "\n");
        }

        return joined.ToString();
    }
}
