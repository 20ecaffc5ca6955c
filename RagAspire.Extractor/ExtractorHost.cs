using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Extractor.Formats;

namespace RagAspire.Extractor;

/// <summary>
/// Answers requests from the pipe until it closes. The pipe is also read during a document, because its end means that the
/// parent process has ended and the document is not needed any more.
/// </summary>
internal sealed class ExtractorHost(Stream input, Stream output)
{
    // Parsers recurse over nested content. Real documents need a small part of this stack.
    private const int StackBytes = 64 * 1024 * 1024;

    private readonly MessageWriter _messages = new(output);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _messages.Write(new ExtractionMessage(ExtractionMessageKind.Ready));
        while (await Frames.ReadAsync(input, ExtractionJson.Default.ExtractionRequest, cancellationToken) is { } request)
        {
            new Thread(() => Answer(request), StackBytes) { IsBackground = true, Name = "document" }.Start();
        }
    }

    private void Answer(ExtractionRequest request)
    {
        FileStream file;
        try
        {
            file = new FileStream(request.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _messages.Write(new ExtractionMessage(ExtractionMessageKind.Fault, Reason: exception.Message));
            return;
        }

        using (file)
        {
            _messages.Write(Read(file, request));
        }
    }

    private ExtractionMessage Read(FileStream file, ExtractionRequest request)
    {
        var sink = new DocumentSink(request.Limits, request.SkippedPages, _messages.Write);
        try
        {
            FormatReaders.For(request.ContentType).Read(file, sink);
            return sink.Finish();
        }
        catch (UnreadableDocumentException unreadable)
        {
            return new ExtractionMessage(ExtractionMessageKind.Refused, Reason: unreadable.Message);
        }
        catch (Exception exception) when (IsOutOfMemory(exception))
        {
            // The state of the memory is unknown: the process answers and ends.
            _messages.Write(new ExtractionMessage(ExtractionMessageKind.Refused, Reason: Reasons.TooMuchMemory));
            Environment.Exit(1);
            throw;
        }
        catch (InsufficientExecutionStackException)
        {
            return new ExtractionMessage(ExtractionMessageKind.Refused, Reason: Reasons.TooDeep);
        }
        catch (Exception exception)
        {
            // Parsers throw arbitrary exceptions for damaged files. Only here every exception means an unreadable file;
            // faults of the system, such as a file that cannot be opened, are thrown earlier.
            Console.Error.WriteLine(exception);
            return sink.HasText
                ? sink.Finish()
                : new ExtractionMessage(ExtractionMessageKind.Refused, Reason: Reasons.Damaged);
        }
    }

    private static bool IsOutOfMemory(Exception exception) =>
        exception is OutOfMemoryException || exception.InnerException is OutOfMemoryException;
}
