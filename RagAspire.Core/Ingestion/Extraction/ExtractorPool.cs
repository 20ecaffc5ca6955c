using System.Collections.Concurrent;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// Hands out extractor processes: a used one only for the collection that it has read for, else a new one. One new process is
/// always kept ready, so that a document does not wait for its start.
/// </summary>
internal sealed class ExtractorPool(ExtractionOptions options, ExtractorStarter starter) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(string Collection, ExtractorProcess Process)> _idle = [];
    private readonly ConcurrentDictionary<int, ExtractorProcess> _used = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task<ExtractorProcess>? _spare;
    private bool _isDisposed;

    /// <summary>The processes that have been given a document, busy or idle.</summary>
    public IReadOnlyCollection<int> UsedIds => [.. _used.Keys];

    /// <summary>The process that waits for its first document; null while there is none.</summary>
    public int? SpareId => _spare is { IsCompletedSuccessfully: true } spare ? spare.Result.Id : null;

    public async Task<ExtractorProcess> RentAsync(string contentType, string collection, CancellationToken cancellationToken)
    {
        while (!ReadingIsolation.NeedsOwnProcess(contentType) && TakeIdle(collection) is { } idle)
        {
            if (!idle.HasExited)
            {
                return idle;
            }

            await EndAsync(idle);
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var process = await TakeSpareAsync(cancellationToken) ?? await starter.StartAsync(cancellationToken);
        _used[process.Id] = process;
        _ = StartSpare();
        return process;
    }

    /// <param name="isReusable">The process is healthy: the document did not make it fail or grow.</param>
    public async Task ReturnAsync(ExtractorProcess process, string contentType, string collection, bool isReusable)
    {
        var isKept = isReusable && !ReadingIsolation.NeedsOwnProcess(contentType)
            && process.Documents < options.DocumentsPerProcess;
        foreach (var ended in isKept ? Keep(process, collection) : [process])
        {
            await EndAsync(ended);
        }
    }

    /// <summary>Waits until the process for the next document has started.</summary>
    public Task SpareAsync(CancellationToken cancellationToken) => StartSpare().WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        List<ExtractorProcess> ended;
        lock (_lock)
        {
            _isDisposed = true;
            ended = [.. _idle.Select(idle => idle.Process)];
            _idle.Clear();
        }

        await _stopping.CancelAsync();
        if (await TakeSpareAsync(CancellationToken.None) is { } spare)
        {
            ended.Add(spare);
        }

        foreach (var process in ended)
        {
            await EndAsync(process);
        }

        _stopping.Dispose();
    }

    private Task StartSpare()
    {
        lock (_lock)
        {
            return _isDisposed
                ? Task.CompletedTask
                : _spare ??= Task.Run(() => starter.StartAsync(_stopping.Token), CancellationToken.None);
        }
    }

    private ExtractorProcess? TakeIdle(string collection)
    {
        lock (_lock)
        {
            var at = _idle.FindLastIndex(idle => idle.Collection == collection);
            if (at < 0)
            {
                return null;
            }

            var process = _idle[at].Process;
            _idle.RemoveAt(at);
            return process;
        }
    }

    /// <returns>What has to end: the process that was idle longest when there are too many.</returns>
    private List<ExtractorProcess> Keep(ExtractorProcess process, string collection)
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return [process];
            }

            _idle.Add((collection, process));
            if (_idle.Count <= options.Processes)
            {
                return [];
            }

            var oldest = _idle[0].Process;
            _idle.RemoveAt(0);
            return [oldest];
        }
    }

    private async Task<ExtractorProcess?> TakeSpareAsync(CancellationToken cancellationToken)
    {
        Task<ExtractorProcess>? starting;
        lock (_lock)
        {
            (starting, _spare) = (_spare, null);
        }

        if (starting is null)
        {
            return null;
        }

        ExtractorProcess process;
        try
        {
            process = await starting;
        }
        catch (Exception exception) when (exception is InvalidOperationException or SandboxUnavailableException
            || _stopping.IsCancellationRequested)
        {
            // The caller starts one itself, and sees why it fails.
            return null;
        }

        if (!process.HasExited && !cancellationToken.IsCancellationRequested)
        {
            return process;
        }

        await process.DisposeAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    private async Task EndAsync(ExtractorProcess process)
    {
        _used.TryRemove(process.Id, out _);
        await process.DisposeAsync();
    }
}
