using RagAspire.Extraction;
using RagAspire.Extractor.Formats.Html;
using RagAspire.Extractor.Formats.Office;
using RagAspire.Extractor.Formats.OpenDocument;
using RagAspire.Extractor.Formats.Outlook;
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
        ContentTypes.Tsv => new CsvFormat('\t'),
        ContentTypes.Code => new CodeFormat(),
        ContentTypes.Calendar => new CalendarFormat(),
        ContentTypes.Contacts => new ContactsFormat(),
        ContentTypes.Subtitles => new SubtitlesFormat(),
        ContentTypes.Notebook => new NotebookFormat(),
        ContentTypes.Json => new JsonFormat(),
        ContentTypes.Xml => new XmlFormat(),
        ContentTypes.Rtf => new RtfFormat(),
        ContentTypes.Mail => new MailFormat(),
        ContentTypes.OutlookMessage => new OutlookFormat(),
        ContentTypes.OldExcel => new OldExcelFormat(),
        ContentTypes.Pdf => new PdfFormat(),
        ContentTypes.Zip => new ZipFormat(),
        ContentTypes.Epub => new EpubFormat(),
        ContentTypes.OpenText or ContentTypes.OpenSheet or ContentTypes.OpenSlides => new OpenDocumentFormat(),
        ContentTypes.Word or ContentTypes.PowerPoint or ContentTypes.Excel => new OfficeFormat(contentType == ContentTypes.Excel),
        ContentTypes.Png or ContentTypes.Jpeg or ContentTypes.Tiff => throw new UnreadableDocumentException(Reasons.Picture),
        ContentTypes.ProtectedOffice => throw new UnreadableDocumentException(Reasons.Encrypted),
        _ => throw new UnreadableDocumentException($"Files of type {contentType} cannot be read. {ContentTypes.SupportedText}"),
    };
}
