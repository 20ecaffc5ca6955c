using RagAspire.Vectors;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>Every night: does the index hold what PostgreSQL holds?</summary>
public sealed class IndexReconciliation(IndexOperations upkeep) : IMaintenanceTask
{
    public string Name => "index-reconciliation";

    public string Summary => "Compares the vector index with the chunks in PostgreSQL, adds what is missing and removes what is of no chunk.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken) =>
        upkeep.ReconcileAsync(context, everything: false, cancellationToken);
}

/// <summary>When somebody wants it: the whole index from PostgreSQL, while it serves, without embedding again.</summary>
public sealed class IndexRebuild(IndexOperations upkeep) : IMaintenanceTask
{
    public string Name => "index-rebuild";

    public string Summary => "Writes the whole vector index anew from the vectors in PostgreSQL, without embedding again.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken) =>
        upkeep.ReconcileAsync(context, everything: true, cancellationToken);
}

/// <summary>Every week: memory of removed points is given back, settings and answers of a shared index are checked.</summary>
public sealed class IndexOptimization(IndexOperations upkeep, IServiceProvider services) : IMaintenanceTask
{
    public string Name => "index-optimization";

    public string Summary => "Compacts the vector index; of Qdrant it checks status, settings, segments and the recall of its answers.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (!upkeep.IsShared)
        {
            return await upkeep.OrderAsync(context, "compact", cancellationToken);
        }

        if (VectorsRegistration.IndexMaintenance(services) is not { } care)
        {
            return new TaskReport(0, 0, 0) { Skipped = "There is nothing to optimize in this kind of index." };
        }

        try
        {
            var report = await care.RunAsync(context.DryRun, (percent, step) => context.Report(percent, 100, step), cancellationToken);
            return new TaskReport(report.Examined, report.Changed, report.Problems.Count)
            {
                Notes = [.. report.Problems, .. report.Notes], Before = report.Before, After = report.After,
            };
        }
        catch (VectorIndexUnavailableException ex)
        {
            throw new MaintenanceException($"The vector index cannot be asked: {ex.Message}", ex);
        }
    }
}
