namespace RagAspire.Extraction.Detection;

/// <summary>OpenDocument files by the type that they declare.</summary>
internal static class OpenDocument
{
    private const string Prefix = "application/vnd.oasis.opendocument.";

    private static readonly (string Kind, string ContentType)[] Kinds =
    [
        ("text", ContentTypes.OpenText),
        ("spreadsheet", ContentTypes.OpenSheet),
        ("presentation", ContentTypes.OpenSlides),
        ("graphics", ContentTypes.OpenSlides),
    ];

    /// <returns>Null when the text declares none; templates count as what they are templates of.</returns>
    public static DocumentType? TypeOf(string text)
    {
        var at = text.IndexOf(Prefix, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var declared = text.AsSpan(at + Prefix.Length);
        foreach (var (kind, contentType) in Kinds)
        {
            if (declared.StartsWith(kind, StringComparison.Ordinal))
            {
                return new DocumentType(contentType);
            }
        }

        return new DocumentType(Prefix + "other", "This is an OpenDocument formula, chart or database: save it as PDF.");
    }
}
