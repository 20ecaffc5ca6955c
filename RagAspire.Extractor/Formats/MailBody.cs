using MimeKit;
using RagAspire.Extraction;
using RagAspire.Extractor.Formats.Html;

namespace RagAspire.Extractor.Formats;

/// <summary>
/// The bodies of a mail as its reader sees them: of alternatives the best, all other parts one after the other, then the
/// names of what is attached.
/// </summary>
internal sealed class MailBody(DocumentSink sink)
{
    // A plain alternative with fewer of the words of the page is a stub, such as "open this message in a browser".
    private const double EnoughWords = .7;

    private readonly List<AttachedFile> _attached = [];

    public void Read(MimeEntity? body)
    {
        Entity(body);
        AttachedFile.TakeOut(_attached, sink);
    }

    private void Entity(MimeEntity? entity)
    {
        switch (entity)
        {
            case null:
                break;
            case MultipartAlternative alternatives:
                Alternatives(alternatives);
                break;
            case MultipartRelated related:
                Related(related);
                break;
            case Multipart parts:
                foreach (var part in parts)
                {
                    Entity(part);
                }

                break;
            case MessagePart { Message: not null } inner when !inner.IsAttachment:
                Inner(inner.Message);
                break;
            case MessagePart { Message: { } message }:
                _attached.Add(new AttachedFile(NameOf(entity, message), () => Bytes(message)));
                break;
            case MimePart { IsAttachment: true } part:
                Attach(part);
                break;
            case MessageDeliveryStatus status:
                sink.Paragraph(string.Join('\n', status.StatusGroups.SelectMany(group => group).Select(field => $"{field.Field}: {field.Value}")));
                break;
            case TextPart text when text.IsPlain || text.IsHtml || text.ContentType.IsMimeType("text", "enriched"):
                Text(text);
                break;
            case MimePart part when IsDocument(part):
                Attach(part);
                break;
            default:
                break;
        }
    }

    private void Alternatives(MultipartAlternative alternatives)
    {
        var plain = alternatives.OfType<TextPart>().FirstOrDefault(part => part.IsPlain);
        var others = alternatives.Where(part => part != plain && !IsCalendar(part)).ToList();
        var page = others.Select(HtmlOf).OfType<TextPart>().LastOrDefault();
        if (plain is not null && (page is null || HoldsWords(TextOf(plain), TextOf(page))))
        {
            Text(plain);
        }
        else
        {
            Entity(page is null ? others.LastOrDefault() : others.Last(part => HtmlOf(part) == page));
        }

        // The invitation is not an alternative to the words about it.
        foreach (var calendar in alternatives.OfType<MimePart>().Where(IsCalendar))
        {
            EmbeddedDocument.Read(NameOf(calendar), Bytes(calendar), sink);
        }
    }

    private void Related(MultipartRelated related)
    {
        var root = related.Root ?? related.FirstOrDefault();
        Entity(root);
        foreach (var entity in related.Where(part => part != root))
        {
            // The page shows pictures and frames; what it only works with, such as styles and fonts, has no name.
            var isPicture = entity.ContentType.IsMimeType("image", "*");
            if (entity is MimePart part && (part.IsAttachment || isPicture || (IsDocument(part) && NameOf(part).Length > 0)))
            {
                Attach(part, isShown: isPicture && !part.IsAttachment);
            }
            else if (entity is MessagePart or TextPart { IsHtml: true } or TextPart { IsPlain: true })
            {
                Entity(entity);
            }
        }
    }

    private void Attach(MimePart part, bool isShown = false) =>
        _attached.Add(new AttachedFile(NameOf(part), () => Bytes(part), isShown));

    private void Inner(MimeMessage message)
    {
        if (sink.Depth < EmbeddedDocument.MaxDepth)
        {
            sink.Nested(() => MailFormat.Message(message, sink), levels: 1);
        }
        else
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, message.Subject);
        }
    }

    private void Text(TextPart part)
    {
        if (part.IsHtml)
        {
            HtmlFormat.Read(Bytes(part), sink, TextDecoder.EncodingNamed(part.ContentType.Charset));
            return;
        }

        var isFlowed = string.Equals(part.ContentType.Parameters["format"], "flowed", StringComparison.OrdinalIgnoreCase);
        var deletesSpace = string.Equals(part.ContentType.Parameters["delsp"], "yes", StringComparison.OrdinalIgnoreCase);
        PlainTextFormat.Read(isFlowed ? FlowedText.Join(TextOf(part), deletesSpace) : TextOf(part), sink);
    }

    private static TextPart? HtmlOf(MimeEntity part) => part switch
    {
        TextPart { IsHtml: true } page => page,
        MultipartRelated { Root: TextPart { IsHtml: true } root } => root,
        Multipart inner => inner.Select(HtmlOf).FirstOrDefault(page => page is not null),
        _ => null,
    };

    private static bool IsCalendar(MimeEntity part) => part.ContentType.IsMimeType("text", "calendar");

    private static bool IsDocument(MimePart part) =>
        part.ContentType.MediaType.ToLowerInvariant() is "application" or "text" or "image"
        && !part.ContentType.IsMimeType("application", "pgp-signature") && !part.ContentType.IsMimeType("application", "pkcs7-signature");

    private static bool HoldsWords(string plain, string page)
    {
        var words = Words(HtmlFormat.TextOf(page));
        var held = Words(plain);
        return words.Count == 0 || words.Count(held.Contains) >= EnoughWords * words.Count;
    }

    private static HashSet<string> Words(string text) => text
        .Split([.. text.Where(character => !char.IsLetterOrDigit(character)).Distinct()], StringSplitOptions.RemoveEmptyEntries)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static string NameOf(MimeEntity part) => part.ContentDisposition?.FileName ?? part.ContentType.Name ?? string.Empty;

    // The charset of a mail may be wrong or unknown; then the bytes decide.
    private string TextOf(TextPart part) =>
        TextDecoder.Decode(Bytes(part), sink, TextDecoder.EncodingNamed(part.ContentType.Charset));

    // Programs name an attached message after its subject, or not at all.
    private static string NameOf(MimeEntity part, MimeMessage message) => NameOf(part) is { Length: > 0 } name ? name
        : message.Subject is { Length: > 0 } subject ? $"{subject.Replace('/', '-')}.eml"
        : "message.eml";

    private static byte[] Bytes(MimeMessage message)
    {
        using var memory = new MemoryStream();
        message.WriteTo(memory);
        return memory.ToArray();
    }

    private static byte[] Bytes(MimePart part)
    {
        using var memory = new MemoryStream();
        part.Content?.DecodeTo(memory);
        return memory.ToArray();
    }
}
