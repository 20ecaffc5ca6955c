namespace RagAspire.Extraction;

/// <summary>The content types whose text can be read.</summary>
public static class ContentTypes
{
    public const string Text = "text/plain";
    public const string Markdown = "text/markdown";
    public const string Html = "text/html";
    public const string Csv = "text/csv";
    public const string Tsv = "text/tab-separated-values";
    public const string Code = "text/x-source";
    public const string Calendar = "text/calendar";
    public const string Contacts = "text/vcard";
    public const string Subtitles = "text/vtt";
    public const string Json = "application/json";
    public const string Notebook = "application/x-ipynb+json";
    public const string Xml = "application/xml";
    public const string Rtf = "application/rtf";
    public const string Mail = "message/rfc822";
    public const string OutlookMessage = "application/vnd.ms-outlook";
    public const string Pdf = "application/pdf";
    public const string Zip = "application/zip";
    public const string Epub = "application/epub+zip";
    public const string Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    public const string PowerPoint = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    public const string Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public const string Png = "image/png";
    public const string Jpeg = "image/jpeg";
    public const string Tiff = "image/tiff";
    public const string OldExcel = "application/vnd.ms-excel";
    public const string OpenText = "application/vnd.oasis.opendocument.text";
    public const string OpenSheet = "application/vnd.oasis.opendocument.spreadsheet";
    public const string OpenSlides = "application/vnd.oasis.opendocument.presentation";

    /// <summary>
    /// A password-protected Office file. It is accepted, because its type is known, and extraction fails with a reason.
    /// </summary>
    public const string ProtectedOffice = "application/x-ole-encrypted-office";

    /// <summary>The part of a refusal that lists the supported types, shown to the owner of the file.</summary>
    public const string SupportedText =
        "Supported are PDF, Word (.docx), PowerPoint (.pptx), Excel (.xlsx, .xls), OpenDocument (.odt, .ods, .odp), text, " +
        "Markdown, HTML, CSV, JSON, XML, RTF, e-mail (.eml, .msg, .mht), EPUB, PNG, JPEG, TIFF, calendars, contacts, " +
        "subtitles, notebooks, source code and ZIP archives of these.";
}
