using RagAspire.Extraction;
using RagAspire.Extractor.Formats;

namespace RagAspire.Extractor;

/// <summary>A document inside another: attached to a mail or a PDF, or included in an Office file.</summary>
internal static class EmbeddedDocument
{
    private const int MaxDepth = 5;

    /// <summary>Reads it under a heading with its name. What cannot be read is a warning of the document around it.</summary>
    public static void Read(string? name, byte[] content, DocumentSink sink, bool isHeaded = true)
    {
        if (sink.Depth >= MaxDepth || content.Length == 0)
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, name);
            return;
        }

        using var file = new MemoryStream(content);
        var type = DocumentType.DetectAsync(file, name, CancellationToken.None).GetAwaiter().GetResult();
        if (!type.IsSupported)
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, name);
            return;
        }

        if (isHeaded)
        {
            sink.Nested(() => sink.Announce(name), levels: 1);
        }

        var before = sink.Characters;
        var isWhole = TryRead(type.ContentType, file, sink, isHeaded ? 2 : 0);
        var isEmpty = sink.Characters == before;
        if (isHeaded && isEmpty)
        {
            sink.Withdraw();
        }

        if (!isWhole || isEmpty)
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, name);
        }
    }

    private static bool TryRead(string contentType, Stream file, DocumentSink sink, int levels)
    {
        try
        {
            sink.Nested(() => FormatReaders.For(contentType).Read(file, sink), levels);
            return true;
        }
        catch (UnreadableDocumentException)
        {
            return false;
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or InsufficientExecutionStackException))
        {
            // The parsers throw arbitrary exceptions for damaged files; the document around this one goes on.
            Console.Error.WriteLine(exception);
            return false;
        }
    }
}
