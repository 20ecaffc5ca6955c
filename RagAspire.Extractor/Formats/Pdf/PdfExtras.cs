using UglyToad.PdfPig;
using UglyToad.PdfPig.Annotations;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Tokens;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Annotations on pages: the values of form fields, and notes.</summary>
internal sealed class PdfExtras(PdfDocument document)
{
    private const int MaxParents = 20;
    private static readonly NameToken AlternateName = NameToken.Create("TU");

    /// <summary>May throw arbitrary exceptions of the parser for a damaged form.</summary>
    public IReadOnlyList<string> Read(Page page)
    {
        var fields = new List<string>();
        var notes = new List<string>();
        foreach (var annotation in page.GetAnnotations())
        {
            if (annotation.Type == AnnotationType.Widget)
            {
                if (Field(annotation.AnnotationDictionary) is { } field && !fields.Contains(field))
                {
                    fields.Add(field);
                }
            }
            else if (annotation.Type is not (AnnotationType.Link or AnnotationType.Popup)
                && !string.IsNullOrWhiteSpace(annotation.Content))
            {
                notes.Add(annotation.Content);
            }
        }

        return fields.Count > 0 ? [string.Join('\n', fields), .. notes] : notes;
    }

    // The value and the name of a field stand with its widget, or with one of the fields above it.
    private string? Field(DictionaryToken widget)
    {
        string? value = null;
        string? alternate = null;
        string? name = null;
        var dictionary = widget;
        for (var depth = 0; dictionary is not null && depth < MaxParents; depth++)
        {
            value ??= Text(dictionary, NameToken.V);
            alternate ??= Text(dictionary, AlternateName);
            name ??= Text(dictionary, NameToken.T);
            dictionary = dictionary.TryGet(NameToken.Parent, out var parent) ? Resolved(parent) as DictionaryToken : null;
        }

        var shown = CleanText.Line(value);
        return shown is "" or "Off" ? null : $"{CleanText.Line(alternate ?? name)}: {shown}".TrimStart(':', ' ');
    }

    private string? Text(DictionaryToken dictionary, NameToken key) =>
        dictionary.TryGet(key, out var token) ? Text(Resolved(token)) : null;

    private string? Text(IToken? token) => token switch
    {
        StringToken text => text.Data,
        HexToken text => text.Data,
        NameToken name => name.Data,
        NumericToken number => number.ToString(),
        ArrayToken values => string.Join(", ", values.Data.Select(value => Text(Resolved(value)))),
        _ => null,
    };

    private IToken? Resolved(IToken token) =>
        token is IndirectReferenceToken reference ? document.Structure.GetObject(reference.Data).Data : token;
}
