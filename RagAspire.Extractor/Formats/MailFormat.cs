using System.Text;
using MimeKit;
using RagAspire.Extractor.Formats.Html;

namespace RagAspire.Extractor.Formats;

/// <summary>Mails, mailboxes, and web pages saved as mails.</summary>
internal sealed class MailFormat : IFormatReader
{
    private const int MaxNesting = 5;

    private static readonly HeaderId[] ShownHeaders = [HeaderId.From, HeaderId.To, HeaderId.Cc, HeaderId.Date];

    public void Read(Stream file, DocumentSink sink)
    {
        Span<byte> start = stackalloc byte[5];
        var isMailbox = file.ReadAtLeast(start, 5, throwOnEndOfStream: false) == 5 && start.SequenceEqual("From "u8);
        file.Position = 0;
        var parser = new MimeParser(file, isMailbox ? MimeFormat.Mbox : MimeFormat.Entity);
        do
        {
            Message(parser.ParseMessage(), sink, nesting: 0);
            sink.Progress((double)file.Position / file.Length);
        }
        while (isMailbox && !parser.IsEndOfStream);
    }

    private static void Message(MimeMessage message, DocumentSink sink, int nesting)
    {
        if (!string.IsNullOrWhiteSpace(message.Subject))
        {
            sink.Title ??= message.Subject;
            sink.Heading(Math.Min(1 + nesting, 6), message.Subject);
        }

        var headers = new StringBuilder();
        foreach (var id in ShownHeaders)
        {
            if (message.Headers[id] is { Length: > 0 } value)
            {
                headers.Append(id).Append(": ").AppendLine(value);
            }
        }

        sink.Paragraph(headers.ToString());
        Body(message, sink);
        Attachments(message, sink, nesting);
    }

    private static void Body(MimeMessage message, DocumentSink sink)
    {
        var parts = message.BodyParts.OfType<TextPart>().Where(part => !part.IsAttachment).ToList();
        var plain = parts.Find(part => part.IsPlain && !string.IsNullOrWhiteSpace(TextOf(part)));
        if (plain is not null)
        {
            // Mailing lists send several parts one after the other; alternatives to plain text are left out.
            foreach (var part in parts.Where(part => part.IsPlain))
            {
                PlainTextFormat.Read(TextOf(part), sink);
            }

            return;
        }

        foreach (var part in parts)
        {
            Part(part, sink);
        }
    }

    private static void Attachments(MimeMessage message, DocumentSink sink, int nesting)
    {
        var names = message.Attachments
            .Select(attachment => attachment.ContentDisposition?.FileName ?? attachment.ContentType.Name)
            .Where(name => !string.IsNullOrWhiteSpace(name))
            .ToList();
        if (names.Count > 0)
        {
            sink.Paragraph("Attachments: " + string.Join(", ", names));
        }

        foreach (var attachment in message.Attachments)
        {
            switch (attachment)
            {
                case MessagePart { Message: { } inner } when nesting < MaxNesting:
                    Message(inner, sink, nesting + 1);
                    break;
                case TextPart text:
                    Part(text, sink);
                    break;
                default:
                    break;
            }
        }
    }

    private static void Part(TextPart part, DocumentSink sink)
    {
        if (part.IsHtml)
        {
            HtmlFormat.Read(Bytes(part), sink, TextDecoder.EncodingNamed(part.ContentType.Charset));
        }
        else
        {
            PlainTextFormat.Read(TextOf(part), sink);
        }
    }

    // The charset of a mail may be wrong or unknown; then the bytes decide.
    private static string TextOf(TextPart part) =>
        TextDecoder.Decode(Bytes(part), TextDecoder.EncodingNamed(part.ContentType.Charset));

    private static byte[] Bytes(TextPart part)
    {
        using var memory = new MemoryStream();
        part.Content?.DecodeTo(memory);
        return memory.ToArray();
    }
}
