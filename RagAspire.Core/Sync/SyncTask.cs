using Microsoft.Extensions.Options;
using RagAspire.Maintenance;

namespace RagAspire.Sync;

/// <summary>Keeps the documents of sources in step with their files. The argument is one source, and without it all.</summary>
internal sealed class SyncTask(SourceSync sync, SourceStore store, SyncMetrics metrics, IOptions<SyncOptions> options)
    : IMaintenanceTask
{
    public const string TaskName = "source-sync";

    public string Name => TaskName;

    public bool TakesArgument => true;

    public string Summary => "Brings in what is new in the configured sources, and removes what is gone.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var chosen = Chosen(context.Argument);
        if (chosen.Count == 0)
        {
            return new TaskReport(0, 0, 0) { Skipped = "No source is configured (Sync:Sources)." };
        }

        var report = new ReportBuilder();
        foreach (var (index, (name, source)) in chosen.Index())
        {
            await RunAsync(
                context, name, source, report,
                (done, all) => context.Report((index * Math.Max(1, all)) + done, chosen.Count * Math.Max(1, all), name),
                cancellationToken);
        }

        return report.Build();
    }

    private List<KeyValuePair<string, SourceOptions>> Chosen(string? argument)
    {
        var all = options.Value.Sources.OrderBy(source => source.Key, StringComparer.Ordinal).ToList();
        if (argument is null)
        {
            return all;
        }

        var chosen = all.Where(source => source.Key == argument).ToList();
        return chosen.Count > 0 ? chosen : throw new MaintenanceException(
            $"There is no source '{argument}'; the sources are {string.Join(", ", all.Select(source => source.Key))}.");
    }

    private async Task RunAsync(
        TaskContext context,
        string name,
        SourceOptions source,
        ReportBuilder report,
        Action<int, int> progress,
        CancellationToken cancellationToken)
    {
        var counts = new SyncReport(name, report);
        using var observed = metrics.Begin(name, counts, context.DryRun);
        if (!context.DryRun)
        {
            await store.BeginAsync(name, cancellationToken);
        }

        int? files = null;
        try
        {
            files = await sync.RunAsync(name, source, context.DryRun, counts, progress, cancellationToken);
        }
        catch (SourceUnavailableException ex)
        {
            counts.Fail(ex.Message);
        }

        counts.End(context.DryRun);
        if (!context.DryRun)
        {
            await store.EndAsync(name, counts.Error, files, cancellationToken);
        }
    }
}
