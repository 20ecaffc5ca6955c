using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// Reads the text of untrusted files in child processes, because a file can overflow the stack, exhaust memory or take
/// forever. Idle processes are reused until they fail.
/// </summary>
public sealed partial class TextExtractor(
    IOptions<ExtractionOptions> options, TimeProvider time, ILogger<TextExtractor> logger) : IAsyncDisposable
{
    private const int MaxSkippedPages = 3;

    private readonly ExtractionOptions _options = options.Value;
    private readonly SemaphoreSlim _slots = new(options.Value.Processes);
    private readonly ConcurrentStack<ExtractorProcess> _idle = new();
    private readonly ConcurrentDictionary<int, ExtractorProcess> _alive = new();
    private volatile bool _isDisposed;

    /// <summary>The processes that are running now, busy or idle.</summary>
    public IReadOnlyCollection<int> ProcessIds => [.. _alive.Keys];

    /// <param name="path">A file that this process and its children can read.</param>
    /// <param name="contentType">One of <see cref="ContentTypes"/>, as <see cref="DocumentType"/> found it.</param>
    /// <param name="progress">How much is read, 0–1.</param>
    /// <exception cref="UnreadableDocumentException">The file is at fault; the message says how.</exception>
    public async Task<ExtractedDocument> ExtractAsync(
        string path, string contentType, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var skipped = new List<int>();
        var isSecondTry = false;
        while (true)
        {
            try
            {
                return await ExtractOnceAsync(Request(path, contentType, skipped), progress, cancellationToken);
            }
            catch (ExtractorFailedException failed)
            {
                Log.Failed(logger, failed.Failure, failed.Page, failed);
                var mayBeThePage = failed.Page is { } page && !skipped.Contains(page) && skipped.Count < MaxSkippedPages
                    && failed.Failure != ExtractorFailure.TimedOut;
                if (mayBeThePage)
                {
                    // The other pages may be readable.
                    skipped.Add(failed.Page!.Value);
                }
                else if (failed.Failure == ExtractorFailure.Crashed && !isSecondTry)
                {
                    // The process may have been killed from outside.
                    isSecondTry = true;
                }
                else
                {
                    throw new UnreadableDocumentException(Reason(failed.Failure), failed);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        while (_idle.TryPop(out var process))
        {
            await EndAsync(process);
        }
    }

    private async Task<ExtractedDocument> ExtractOnceAsync(
        ExtractionRequest request, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        ExtractorProcess? process = null;
        var isHealthy = false;
        try
        {
            process = await RentAsync(cancellationToken);
            var document = await process.ExtractAsync(request, progress, cancellationToken);
            isHealthy = true;
            return document;
        }
        catch (UnreadableDocumentException unreadable)
        {
            // A process that rejects a file is reusable, except after it ran out of memory.
            isHealthy = unreadable.Message != Reasons.TooMuchMemory;
            throw;
        }
        finally
        {
            await ReturnAsync(process, isHealthy);
            _slots.Release();
        }
    }

    private async Task<ExtractorProcess> RentAsync(CancellationToken cancellationToken)
    {
        while (_idle.TryPop(out var idle))
        {
            if (!idle.HasExited)
            {
                return idle;
            }

            await EndAsync(idle);
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var process = await ExtractorProcess.StartAsync(_options, time, cancellationToken);
        _alive[process.Id] = process;
        Log.Started(logger, process.Id);
        return process;
    }

    private async Task ReturnAsync(ExtractorProcess? process, bool isHealthy)
    {
        if (process is null)
        {
            return;
        }

        var isSmall = process.ResidentBytes() < (long)_options.MemoryMegabytes * 1024 * 1024 / 2;
        if (isHealthy && isSmall && !_isDisposed && process.Documents < _options.DocumentsPerProcess)
        {
            _idle.Push(process);
            return;
        }

        await EndAsync(process);
    }

    private async Task EndAsync(ExtractorProcess process)
    {
        _alive.TryRemove(process.Id, out _);
        await process.DisposeAsync();
    }

    private ExtractionRequest Request(string path, string contentType, IReadOnlyList<int> skipped) => new(
        path,
        contentType,
        new ExtractionLimits(
            _options.MaxPages,
            _options.MaxEntries,
            (long)_options.MaxInflatedMegabytes * 1024 * 1024,
            _options.MaxCharacters),
        skipped);

    private static string Reason(ExtractorFailure failure) => failure switch
    {
        ExtractorFailure.OutOfMemory => Reasons.TooMuchMemory,
        ExtractorFailure.Crashed => Reasons.Crashed,
        _ => Reasons.TooSlow,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Extractor process {ProcessId} started")]
        public static partial void Started(ILogger logger, int processId);

        [LoggerMessage(2, LogLevel.Warning, "The extractor process failed ({Failure}) at page {Page}")]
        public static partial void Failed(ILogger logger, ExtractorFailure failure, int? page, Exception exception);
    }
}
