using System.Text.RegularExpressions;
using UglyToad.PdfPig;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>The title in a document's properties, unless a program put a file's name or nothing there.</summary>
internal static partial class PdfTitle
{
    public static string? Of(PdfDocument document)
    {
        var title = CleanText.Line(ProgramName().Replace(document.Information?.Title ?? string.Empty, string.Empty));
        return title.Count(char.IsLetter) < 3 || FileName().IsMatch(title) ? null : title;
    }

    [GeneratedRegex(@"^(Microsoft (Word|PowerPoint|Excel)|PowerPoint Presentation)( - )?|^untitled.*$|^Untitled.*$", RegexOptions.IgnoreCase)]
    private static partial Regex ProgramName();

    [GeneratedRegex(@"^\S+\.(docx?|pdf|xlsx?|pptx?|indd|qxd|ps|tex|dvi|rtf|txt|html?)$", RegexOptions.IgnoreCase)]
    private static partial Regex FileName();
}
