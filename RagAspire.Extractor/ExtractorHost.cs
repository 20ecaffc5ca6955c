using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Extractor.Formats;
using RagAspire.Extractor.Sandbox;

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

    /// <param name="layers">The layers of the sandbox, for the parent process.</param>
    public async Task RunAsync(IReadOnlyList<SandboxLayer> layers, CancellationToken cancellationToken)
    {
        _messages.Write(new ExtractionMessage(ExtractionMessageKind.Ready, Sandbox: layers));
        WarmUp.Start();
        while (await Frames.ReadAsync(input, ExtractionJson.Default.ExtractionRequest, cancellationToken) is { } request
            && await ReceivedFile.ReceiveAsync(input, request.Length, cancellationToken) is { } file)
        {
            WarmUp.End();
            new Thread(() => Answer(file, request), StackBytes) { IsBackground = true, Name = "document" }.Start();
        }
    }

    private void Answer(ReceivedFile file, ExtractionRequest request)
    {
        using (file)
        {
            ResourceLimits.LimitProcessorTime(request.Limits.ProcessorTime);
            _messages.Write(Read(file, request));
        }
    }

    private ExtractionMessage Read(ReceivedFile file, ExtractionRequest request)
    {
        var sink = new DocumentSink(request.Limits, request.SkippedPages, _messages.Write);
        try
        {
            FormatReaders.For(request.ContentType).Read(file, sink);
            return sink.Finish();
        }
        catch (UnreadableDocumentException unreadable)
        {
            int? pages = unreadable.TextlessPages > 0 ? unreadable.TextlessPages : null;
            return new ExtractionMessage(ExtractionMessageKind.Refused, Reason: unreadable.Message, Pages: pages);
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
            // Parsers throw arbitrary exceptions for damaged files. Only here every exception means an unreadable file.
            Console.Error.WriteLine(exception);
            sink.Warn(WarningCodes.Truncated);
            return sink.HasText
                ? sink.Finish()
                : new ExtractionMessage(ExtractionMessageKind.Refused, Reason: Reasons.Damaged);
        }
    }

    private static bool IsOutOfMemory(Exception exception) =>
        exception is OutOfMemoryException || exception.InnerException is OutOfMemoryException;
}
