using System.Text.RegularExpressions;

namespace RagAspire.Extractor;

/// <summary>The title in the properties of a document, unless it is empty or a file name.</summary>
internal static partial class DocumentTitle
{
    public static string? Of(string? property)
    {
        var title = ProgramName().Replace(CleanText.Line(property), string.Empty);
        return title.Count(char.IsLetter) < 2 || FileName().IsMatch(title) ? null : title;
    }

    [GeneratedRegex(
        @"^(Microsoft (Word|PowerPoint|Excel)|PowerPoint[- ]Pr[äe\u00e9]sentation)( - )?"
        + @"|^(untitled|sans titre|unbenannt|slide 1|no title)\b.*$",
        RegexOptions.IgnoreCase)]
    private static partial Regex ProgramName();

    [GeneratedRegex(@"^\S+\.(docx?|pdf|xlsx?|pptx?|indd|qxd|ps|tex|dvi|rtf|txt|html?)$", RegexOptions.IgnoreCase)]
    private static partial Regex FileName();
}
