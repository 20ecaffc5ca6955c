using System.Globalization;
using System.Text;
using RagAspire.Extraction;
using RagAspire.Extractor.Formats.Html;
using RagAspire.Extractor.Formats.Rtf;

namespace RagAspire.Extractor.Formats.Outlook;

/// <summary>Messages of Outlook (.msg): who wrote what to whom, the body, and what is attached.</summary>
internal sealed class OutlookFormat : IFormatReader
{
    private const int FileHeader = 32, InnerHeader = 24, AttachmentHeader = 8;
    private const int Subject = 0x0037, SenderName = 0x0C1A, SenderAddress = 0x5D01, SenderOther = 0x0C1F;
    private const int To = 0x0E04, Cc = 0x0E03;
    private const int Sent = 0x0039, Received = 0x0E06, Plain = 0x1000, Page = 0x1013, Rich = 0x1009;
    private const int Data = 0x3701, LongName = 0x3707, ShortName = 0x3704, ShownName = 0x3001;
    private const int ContentId = 0x3712, MimeType = 0x370E;

    public void Read(Stream file, DocumentSink sink) =>
        Message(new CompoundFile(TextDecoder.ReadAll(file)).Root, FileHeader, sink);

    private static void Message(CompoundEntry folder, int headerBytes, DocumentSink sink)
    {
        var properties = new OutlookProperties(folder, headerBytes);
        var subject = properties.Text(Subject);
        sink.Title ??= subject;
        sink.Heading(1, subject);
        sink.Paragraph(Headers(properties));
        Body(properties, sink);
        var attached = folder.Folders
            .Where(inner => inner.Name.StartsWith("__attach_version1.0_", StringComparison.OrdinalIgnoreCase))
            .OrderBy(inner => inner.Name, StringComparer.Ordinal)
            .Select(inner => new OutlookProperties(inner, AttachmentHeader)).ToList();
        var messages = attached.Where(inner => inner.Bytes(Data) is null).ToList();
        AttachedFile.TakeOut(
            [
                .. attached.Except(messages)
                    .Select(file => new AttachedFile(Name(file), () => file.Bytes(Data) ?? [], IsPicture(file))),
            ],
            sink);
        messages.ForEach(message => Inner(message, sink));
    }

    private static string Headers(OutlookProperties properties)
    {
        var name = properties.Text(SenderName);
        var address = properties.Text(SenderAddress) is { Length: > 0 } smtp ? smtp : properties.Text(SenderOther);
        var sender = !address.Contains('@') || address == name ? name : $"{name} <{address}>".Trim();
        var headers = new StringBuilder();
        Add("From", sender);
        Add("To", properties.Text(To));
        Add("Cc", properties.Text(Cc));
        var time = properties.Time(Sent) ?? properties.Time(Received);
        Add("Date", time?.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        return headers.ToString();

        void Add(string header, string? value) =>
            headers.Append(value is { Length: > 0 } ? $"{header}: {value}\n" : string.Empty);
    }

    // The page has the tables; of the others the text is the same.
    private static void Body(OutlookProperties properties, DocumentSink sink)
    {
        if (properties.Bytes(Page) is { Length: > 0 } page)
        {
            HtmlFormat.Read(page, sink, properties.Encoding);
        }
        else if (properties.Text(Page) is { Length: > 0 } html)
        {
            HtmlFormat.ReadFragment(html, sink);
        }
        else if (properties.Text(Plain) is { Length: > 0 } text)
        {
            PlainTextFormat.Read(text, sink);
        }
        else if (properties.Bytes(Rich) is { } rich && CompressedRtf.Expand(rich) is { Length: > 0 } rtf)
        {
            sink.Nested(() => new RtfFormat().Read(new MemoryStream(rtf), sink));
        }
    }

    // A message inside another is a folder of the same file and no file of its own: it is a part of the text.
    private static void Inner(OutlookProperties attachment, DocumentSink sink)
    {
        if (attachment.Folder(Data) is { } inner && sink.Depth < EmbeddedDocument.MaxDepth)
        {
            sink.Nested(() => Message(inner, InnerHeader, sink), levels: 1);
        }
        else
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, Name(attachment));
        }
    }

    // Pictures that the page shows.
    private static bool IsPicture(OutlookProperties attachment) => attachment.Text(ContentId).Length > 0
        && attachment.Text(MimeType).StartsWith("image/", StringComparison.OrdinalIgnoreCase);

    private static string Name(OutlookProperties attachment) =>
        new[] { LongName, ShortName, ShownName }.Select(attachment.Text).FirstOrDefault(name => name.Length > 0) ?? string.Empty;
}
