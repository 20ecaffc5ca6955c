using UglyToad.PdfPig;
using UglyToad.PdfPig.AcroForms;
using UglyToad.PdfPig.Annotations;
using UglyToad.PdfPig.Content;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Annotations on pages: the values of form fields, and notes.</summary>
internal sealed class PdfExtras(PdfDocument document)
{
    private readonly Lazy<AcroForm?> _form = new(() => document.TryGetForm(out var form) ? form : null);

    /// <summary>May throw arbitrary exceptions of the parser for a damaged form.</summary>
    public IReadOnlyList<string> Read(Page page)
    {
        var fields = new List<string>();
        foreach (var field in _form.Value?.GetFieldsForPage(page.Number) ?? [])
        {
            var (name, value) = field.GetFieldValue();
            if (!string.IsNullOrWhiteSpace(value) && value is not "Off")
            {
                fields.Add($"{CleanText.Line(field.Information?.AlternateName ?? name)}: {CleanText.Line(value)}");
            }
        }

        var notes = page.GetAnnotations()
            .Where(note => note.Type is not (AnnotationType.Widget or AnnotationType.Link or AnnotationType.Popup))
            .Select(note => note.Content ?? string.Empty)
            .Where(text => !string.IsNullOrWhiteSpace(text));
        return fields.Count > 0 ? [string.Join('\n', fields), .. notes] : [.. notes];
    }
}
