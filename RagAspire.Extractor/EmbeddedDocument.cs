using RagAspire.Extraction;
using RagAspire.Extractor.Formats;

namespace RagAspire.Extractor;

/// <summary>
/// A document inside another that programs show as a part of its text: Word's included files, the invitation of a mail. Files
/// that a reader opens for themselves are <see cref="AttachedFile"/>s.
/// </summary>
internal static class EmbeddedDocument
{
    /// <summary>How many messages and documents may be inside each other in one file.</summary>
    public const int MaxDepth = 5;

    /// <summary>Reads it into the text. What cannot be read is a warning of the document around it.</summary>
    public static void Read(string? name, byte[] content, DocumentSink sink)
    {
        if (sink.Depth >= MaxDepth || content.Length == 0)
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, name);
            return;
        }

        using var file = new MemoryStream(content);
        var type = DocumentType.DetectAsync(file, name, CancellationToken.None).GetAwaiter().GetResult();
        var before = sink.Characters;
        if (!type.IsSupported || !TryRead(type.ContentType, file, sink) || sink.Characters == before)
        {
            sink.Warn(WarningCodes.AttachmentsUnreadable, name);
        }
    }

    private static bool TryRead(string contentType, Stream file, DocumentSink sink)
    {
        try
        {
            sink.Nested(() => FormatReaders.For(contentType).Read(file, sink));
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
