using System.Diagnostics;
using System.Text;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;

namespace RagAspire.Ingestion.Extraction;

/// <summary>Why an extractor process did not finish a document.</summary>
internal enum ExtractorFailure
{
    Crashed,
    TimedOut,
    Stalled,
    OutOfMemory,
}

/// <summary>The process crashed or was killed while it read a document.</summary>
/// <param name="page">The page it was about to read, where the format has pages.</param>
internal sealed class ExtractorFailedException(ExtractorFailure failure, int? page, string details)
    : Exception($"The extractor process ended ({failure}). {details}")
{
    public ExtractorFailure Failure => failure;

    public int? Page => page;
}

/// <summary>One extractor process. It reads one document at a time; its time and memory are limited from here.</summary>
internal sealed class ExtractorProcess : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);

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

    /// <summary>Documents that it has read.</summary>
    public int Documents { get; private set; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static async Task<ExtractorProcess> StartAsync(
        ExtractionOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var process = Process.Start(ExtractorCommand.Create(options))
            ?? throw new InvalidOperationException("The extractor process did not start.");
        var extractor = new ExtractorProcess(process, options, time);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            await using var cancelling =
                either.Token.UnsafeRegister(static process => ((ExtractorProcess)process!).Kill(), extractor);
            var message = await extractor.ReceiveAsync(either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            if (message?.Kind != ExtractionMessageKind.Ready)
            {
                throw new InvalidOperationException($"The extractor process did not start. {extractor.Errors()}");
            }

            return extractor;
        }
        catch
        {
            await extractor.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="ExtractorFailedException">The process crashed or exceeded a limit.</exception>
    public async Task<ExtractedDocument> ExtractAsync(
        ExtractionRequest request, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Documents++;
        _page = null;
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(watch.Token);

        // A pending read from a pipe may ignore a cancellation, but it ends when the process does.
        await using var cancelling =
            cancellationToken.UnsafeRegister(static process => ((ExtractorProcess)process!).Kill(), this);
        try
        {
            await Frames.WriteAsync(
                _process.StandardInput.BaseStream, request, ExtractionJson.Default.ExtractionRequest, cancellationToken);
            return await ReceiveDocumentAsync(progress, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or EndOfStreamException or InvalidDataException)
        {
            await EndAsync();
            cancellationToken.ThrowIfCancellationRequested();
            await watch.CancelAsync();
            throw new ExtractorFailedException(await watching ?? await CauseAsync(), _page, Errors());
        }
        finally
        {
            await watch.CancelAsync();
            await watching;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _errorReader;
        _process.Dispose();
    }

    private async Task<ExtractedDocument> ReceiveDocumentAsync(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var blocks = new List<TextBlock>();
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
                    blocks.AddRange(message.Blocks ?? []);
                    break;
                case ExtractionMessageKind.Done:
                    return new ExtractedDocument(message.Title, blocks, message.Pages);
                case ExtractionMessageKind.Refused:
                    throw new UnreadableDocumentException(message.Reason ?? Reasons.Damaged);
                default:
                    throw new InvalidOperationException($"The extractor process failed: {message.Reason}");
            }
        }

        throw new EndOfStreamException();
    }

    private Task<ExtractionMessage?> ReceiveAsync(CancellationToken cancellationToken) =>
        Frames.ReadAsync(_process.StandardOutput.BaseStream, ExtractionJson.Default.ExtractionMessage, cancellationToken);

    /// <summary>Kills the process when it exceeds a limit, and returns which.</summary>
    private async Task<ExtractorFailure?> WatchAsync(CancellationToken cancellationToken)
    {
        var whole = new Effort(this);
        var step = new Effort(this);
        var steps = Volatile.Read(ref _steps);
        using var timer = new PeriodicTimer(WatchInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (steps != Volatile.Read(ref _steps))
                {
                    steps = Volatile.Read(ref _steps);
                    step = new Effort(this);
                }

                ExtractorFailure? failure = whole.HasPassed(_options.TimeLimit) ? ExtractorFailure.TimedOut
                    : step.HasPassed(_options.StallLimit) ? ExtractorFailure.Stalled
                    : ResidentBytes() > (long)_options.MemoryMegabytes * 1024 * 1024 ? ExtractorFailure.OutOfMemory
                    : null;
                if (failure is not null)
                {
                    await EndAsync();
                    return failure;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The document is finished or cancelled.
        }

        return null;
    }

    /// <summary>Memory the process holds now; 0 when it has ended.</summary>
    public long ResidentBytes() => Ask(process => process.WorkingSet64);

    private TimeSpan ProcessorTime() => Ask(process => process.TotalProcessorTime);

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

    private async Task EndAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
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

    /// <summary>
    /// Measures processor time, so that a busy machine does not fail a document, and elapsed time, for a process that waits
    /// without working.
    /// </summary>
    private readonly struct Effort(ExtractorProcess process)
    {
        private const int ClockFactor = 4;
        private readonly TimeSpan _processorTime = process.ProcessorTime();
        private readonly long _started = process._time.GetTimestamp();

        public bool HasPassed(TimeSpan limit) =>
            process.ProcessorTime() - _processorTime > limit || process._time.GetElapsedTime(_started) > ClockFactor * limit;
    }
}
