using RagAspire.Extraction;
using RagAspire.Extractor.Formats.Html;
using RagAspire.Extractor.Formats.Office;
using RagAspire.Extractor.Formats.Pdf;
using RagAspire.Extractor.Formats.Rtf;

namespace RagAspire.Extractor.Formats;

internal static class FormatReaders
{
    public static IFormatReader For(string contentType) => contentType switch
    {
        ContentTypes.Text => new PlainTextFormat(),
        ContentTypes.Markdown => new MarkdownFormat(),
        ContentTypes.Html => new HtmlFormat(),
        ContentTypes.Csv => new CsvFormat(),
        ContentTypes.Json => new JsonFormat(),
        ContentTypes.Xml => new XmlFormat(),
        ContentTypes.Rtf => new RtfFormat(),
        ContentTypes.Mail => new MailFormat(),
        ContentTypes.Pdf => new PdfFormat(),
        ContentTypes.Epub => new EpubFormat(),
        ContentTypes.Word or ContentTypes.PowerPoint or ContentTypes.Excel => new OfficeFormat(contentType),
        ContentTypes.ProtectedOffice => throw new UnreadableDocumentException(Reasons.Encrypted),
        _ => throw new UnreadableDocumentException($"Files of type {contentType} cannot be read. {ContentTypes.SupportedText}"),
    };
}
