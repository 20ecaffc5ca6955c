using RagAspire.Database;
using RagAspire.Extraction.Messages;
using RagAspire.Ingestion.Extraction;
using RagAspire.Maintenance.Tasks;

namespace RagAspire.Worker;

/// <summary>
/// Starts the first extractor process before the first document comes, and reports which layers of its sandbox hold: in the log,
/// and in the database for the diagnosis.
/// </summary>
public sealed partial class SandboxReport(
    TextExtractor extractor, StoredMetrics stored, DatabaseStartup database, TimeProvider time, ILogger<SandboxReport> logger)
    : PollingService(database, time)
{
    private bool _isLogged;

    /// <summary>Another worker, on another machine, may have replaced what this one has stored.</summary>
    protected override TimeSpan Interval => TimeSpan.FromHours(1);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        var layers = await extractor.PrepareAsync(cancellationToken);
        if (!_isLogged)
        {
            _isLogged = true;
            Report(layers);
        }

        await stored.ReplaceAsync(MaintenanceMetrics.Sandbox, layers.Select(Metric), cancellationToken);
    }

    private static StoredMetric Metric(SandboxLayer layer) => new(
        MaintenanceMetrics.Sandbox,
        new Dictionary<string, string> { ["layer"] = layer.Name, ["reason"] = layer.Missing ?? string.Empty },
        layer.Missing is null ? 1 : 0);

    private void Report(IReadOnlyList<SandboxLayer> layers)
    {
        var missing = layers.Where(layer => layer.Missing is not null).ToList();
        if (missing.Count == 0)
        {
            Log.Complete(logger, string.Join(", ", layers.Select(layer => layer.Name)));
        }
        else
        {
            Log.Incomplete(logger, string.Join("; ", missing.Select(layer => $"{layer.Name}: {layer.Missing}")));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The extractor runs in a sandbox: {Layers}")]
        public static partial void Complete(ILogger logger, string layers);

        [LoggerMessage(2, LogLevel.Warning, "The sandbox of the extractor is incomplete: {Missing}")]
        public static partial void Incomplete(ILogger logger, string missing);
    }
}
