using System.Text.RegularExpressions;

namespace RagAspire.Extraction.Detection;

/// <summary>Kinds of text that are told by their first lines.</summary>
internal static partial class MarkedKinds
{
    private const int Start = 4096;

    /// <returns>Null when it is none of them.</returns>
    public static string? Of(string text, string extension)
    {
        if (text.StartsWith("BEGIN:VCALENDAR", StringComparison.OrdinalIgnoreCase))
        {
            return ContentTypes.Calendar;
        }

        if (text.StartsWith("BEGIN:VCARD", StringComparison.OrdinalIgnoreCase))
        {
            return ContentTypes.Contacts;
        }

        if (SubtitlesStart().IsMatch(text.AsSpan(0, Math.Min(text.Length, Start))))
        {
            return ContentTypes.Subtitles;
        }

        if (text.StartsWith('{') && (extension == ".ipynb" || NotebookCell().IsMatch(text)))
        {
            return ContentTypes.Notebook;
        }

        return text.StartsWith('<') && FlatDocument().Match(text, 0, Math.Min(text.Length, Start)) is { Success: true } match
            ? OpenDocument.TypeOf(match.Value)?.ContentType
            : null;
    }

    [GeneratedRegex(@"^(WEBVTT(\s|$)|\d{1,6}[ \t]*\r?\n\d{1,3}:\d{2}:\d{2}[,.]\d{1,3}[ \t]*-->)")]
    private static partial Regex SubtitlesStart();

    [GeneratedRegex(@"""cells""\s*:\s*\[\s*\{[^}]*""cell_type""\s*:|""cell_type""\s*:\s*""(code|markdown)""")]
    private static partial Regex NotebookCell();

    [GeneratedRegex(@"office:mimetype\s*=\s*[""']application/vnd\.oasis\.opendocument\.\w+")]
    private static partial Regex FlatDocument();
}
