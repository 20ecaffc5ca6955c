using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Database;

namespace RagAspire.Usage;

/// <summary>
/// Writes usage in the background, in batches. While the database is away usage stays in memory; at a graceful stop the rest is
/// written after the last request and job have ended.
/// </summary>
public sealed partial class UsageWriter(
    UsageLedger ledger,
    UsageStore store,
    DatabaseStartup database,
    IOptions<UsageOptions> options,
    TimeProvider time,
    ILogger<UsageWriter> logger)
    : PollingService(database, time), IHostedLifecycleService
{
    /// <summary>The most time that one write takes, also the last one at a stop.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _writing = new(1);
    private UsageBatch? _pending;

    /// <summary>Writes everything that was recorded before the call.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // What a former flush could not write, then what has come since.
            await WritePendingAsync(cancellationToken);
            _pending = ledger.Take();
            await WritePendingAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes what it can within a few seconds, also while the host stops, and keeps the rest in memory.</summary>
    public async Task TryFlushAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await FlushAsync(limit.Token);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex) || limit.IsCancellationRequested)
        {
            Log.NotWritten(logger, _pending?.Rows.Count ?? 0, ex.Message);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken) => await TryFlushAsync();

    protected override TimeSpan Interval => options.Value.FlushInterval;

    protected override Task PollAsync(CancellationToken cancellationToken) => TryFlushAsync();

    private async Task WritePendingAsync(CancellationToken cancellationToken)
    {
        if (_pending is { } batch)
        {
            await store.AddAsync(batch, cancellationToken);
            ledger.Written(batch);
            _pending = null;
        }
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Usage of models ({Rows} rows) is not written yet and is kept in memory: {Reason}")]
        public static partial void NotWritten(ILogger logger, int rows, string reason);
    }
}
