using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RagAspire.Documents.Children;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;

namespace RagAspire.Ingestion.Extraction;

/// <summary>One extractor process. It reads one document at a time; its time and memory are limited from here.</summary>
internal sealed class ExtractorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ExtractionOptions _options;
    private readonly TimeProvider _time;
    private readonly StringBuilder _errors = new();
    private readonly Task _errorReader;
    private long _steps;
    private int? _page;

    private ExtractorProcess(Process process, ExtractionOptions options, TimeProvider time)
    {
        _process = process;
        _options = options;
        _time = time;
        _errorReader = ReadErrorsAsync();
    }

    /// <summary>The layers of the sandbox around it, as it has found them.</summary>
    public IReadOnlyList<SandboxLayer> Sandbox { get; private set; } = [];

    /// <summary>Documents that it has read.</summary>
    public int Documents { get; private set; }

    /// <summary>Processor time that the last document took.</summary>
    public TimeSpan Used { get; private set; }

    /// <summary>Messages that it has sent: a process that sends some makes progress.</summary>
    public long Steps => Volatile.Read(ref _steps);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <exception cref="InvalidOperationException">The process did not start.</exception>
    public static async Task<ExtractorProcess> StartAsync(
        ProcessStartInfo start, ExtractionOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var process = Process.Start(start) ?? throw new InvalidOperationException("The extractor process did not start.");
        var extractor = new ExtractorProcess(process, options, time);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            await using var cancelling =
                either.Token.UnsafeRegister(static process => ((ExtractorProcess)process!).Kill(), extractor);
            var message = await extractor.ReceiveAsync(either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            if (message is not { Kind: ExtractionMessageKind.Ready, Sandbox: { } sandbox })
            {
                await extractor.EndAsync();
                await extractor._errorReader;
                throw new InvalidOperationException($"The extractor process did not start. {extractor.Errors()}");
            }

            extractor.Sandbox = sandbox;
            return extractor;
        }
        catch
        {
            await extractor.DisposeAsync();
            throw;
        }
    }

    /// <param name="content">The file, read from its start.</param>
    /// <param name="attached">Takes the files inside, and forgets those of an earlier attempt; null where none are asked for.</param>
    /// <exception cref="ExtractorFailedException">The process crashed or exceeded a limit.</exception>
    public async Task<ExtractedDocument> ExtractAsync(
        ExtractionRequest request, Stream content, AttachedFiles? attached, IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Documents++;
        _page = null;
        using var watched = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = new ExtractorWatch(this, _options, _time);
        var memory = ((long)_options.MemoryMegabytes * 1024 * 1024) + request.Length;
        var watching = watch.RunAsync(request.Limits.ProcessorTime, memory, watched.Token);

        // A pending read from a pipe may ignore a cancellation, but it ends when the process does.
        await using var cancelling =
            cancellationToken.UnsafeRegister(static process => ((ExtractorProcess)process!).Kill(), this);
        try
        {
            await SendAsync(request, content, cancellationToken);
            return await ReceiveDocumentAsync(new ReceivedDocument(request.Limits, attached), progress, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or JsonException)
        {
            await EndAsync();
            cancellationToken.ThrowIfCancellationRequested();
            await watched.CancelAsync();
            throw new ExtractorFailedException(
                await watching ?? await CauseAsync(), _page, $"{exception.Message} {Errors()}");
        }
        finally
        {
            await watched.CancelAsync();
            await watching;
            Used = watch.Used;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _errorReader;
        _process.Dispose();
    }

    private async Task SendAsync(ExtractionRequest request, Stream content, CancellationToken cancellationToken)
    {
        var pipe = _process.StandardInput.BaseStream;
        await Frames.WriteAsync(pipe, request, ExtractionJson.Default.ExtractionRequest, cancellationToken);
        content.Position = 0;
        await content.CopyToAsync(pipe, cancellationToken);
        await pipe.FlushAsync(cancellationToken);
    }

    private async Task<ExtractedDocument> ReceiveDocumentAsync(
        ReceivedDocument document, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        while (await ReceiveAsync(cancellationToken) is { } message)
        {
            Interlocked.Increment(ref _steps);
            switch (message.Kind)
            {
                case ExtractionMessageKind.Progress:
                    _page = message.Page;
                    progress?.Report(message.Fraction);
                    break;
                case ExtractionMessageKind.Blocks:
                    document.Add(message.Blocks);
                    break;
                case ExtractionMessageKind.Attachment:
                    await document.AttachAsync(message, _process.StandardOutput.BaseStream, cancellationToken);
                    break;
                case ExtractionMessageKind.Done:
                    return document.Complete(message);
                case ExtractionMessageKind.Refused:
                    throw new UnreadableDocumentException(ReceivedDocument.Reason(message))
                    {
                        TextlessPages = message.Pages ?? 0,
                    };
                default:
                    throw new InvalidDataException($"The extractor process sent '{message.Kind}' in a document.");
            }
        }

        throw new EndOfStreamException();
    }

    private Task<ExtractionMessage?> ReceiveAsync(CancellationToken cancellationToken) =>
        Frames.ReadAsync(_process.StandardOutput.BaseStream, ExtractionJson.Default.ExtractionMessage, cancellationToken);

    /// <summary>Memory the process holds now; 0 when it has ended.</summary>
    public long ResidentBytes() => Ask(process => process.WorkingSet64);

    /// <summary>Processor time since its start; 0 when it has ended.</summary>
    public TimeSpan ProcessorTime() => Ask(process => process.TotalProcessorTime);

    public async Task EndAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    private T Ask<T>(Func<Process, T> question)
        where T : struct
    {
        try
        {
            _process.Refresh();
            return _process.HasExited ? default : question(_process);
        }
        catch (InvalidOperationException)
        {
            // The process ended after the check.
            return default;
        }
    }

    // The operating system's out-of-memory killer cannot be told from a crash, so the error output decides.
    private async Task<ExtractorFailure> CauseAsync()
    {
        await _errorReader;
        return Errors().Contains("Out of memory", StringComparison.OrdinalIgnoreCase)
            || Errors().Contains("OutOfMemory", StringComparison.OrdinalIgnoreCase)
            ? ExtractorFailure.OutOfMemory
            : ExtractorFailure.Crashed;
    }

    private void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    // A stack overflow prints its whole stack; unless the pipe is read, the process blocks and does not exit.
    private async Task ReadErrorsAsync()
    {
        const int kept = 2000;
        var buffer = new char[4096];
        while (await _process.StandardError.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_errors)
            {
                _errors.Append(buffer.AsSpan(0, Math.Min(count, Math.Max(0, kept - _errors.Length))));
            }
        }
    }

    private string Errors()
    {
        lock (_errors)
        {
            return _errors.ToString();
        }
    }
}
