using System.Text;
using MimeKit;

namespace RagAspire.Extractor.Formats;

/// <summary>Mails, mailboxes, and web pages saved as mails.</summary>
internal sealed class MailFormat : IFormatReader
{
    // Each line is compared with the boundaries of all open parts.
    private static readonly ParserOptions Options = new() { MaxMimeDepth = 32 };

    private static readonly HeaderId[] ShownHeaders = [HeaderId.From, HeaderId.To, HeaderId.Cc, HeaderId.Date];

    public void Read(Stream file, DocumentSink sink)
    {
        Span<byte> start = stackalloc byte[5];
        var isMailbox = file.ReadAtLeast(start, 5, throwOnEndOfStream: false) == 5 && start.SequenceEqual("From "u8);
        file.Position = 0;
        var parser = new MimeParser(Options, file, isMailbox ? MimeFormat.Mbox : MimeFormat.Entity);
        do
        {
            Message(parser.ParseMessage(), sink);
            sink.Progress((double)file.Position / file.Length);
        }
        while (isMailbox && !parser.IsEndOfStream);
    }

    /// <summary>Reads a message, also one inside another.</summary>
    public static void Message(MimeMessage message, DocumentSink sink)
    {
        if (!string.IsNullOrWhiteSpace(message.Subject))
        {
            sink.Title ??= message.Subject;
            sink.Heading(1, message.Subject);
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
        new MailBody(sink).Read(message.Body);
    }
}
