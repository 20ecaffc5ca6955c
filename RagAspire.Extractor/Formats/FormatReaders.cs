using RagAspire.Ingestion.Extraction;

namespace RagAspire.Extractor.Formats;

internal static class FormatReaders
{
    public static IFormatReader For(string contentType) => contentType switch
    {
        ContentTypes.Text => new PlainTextFormat(),
        ContentTypes.Markdown => new MarkdownFormat(),
        ContentTypes.Csv => new CsvFormat(),
        ContentTypes.Json => new JsonFormat(),
        _ => throw new UnreadableDocumentException($"Files of type {contentType} cannot be read. {ContentTypes.SupportedText}"),
    };
}
