using RagAspire.Vectors;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>Every night: reconciles the index with PostgreSQL.</summary>
public sealed class IndexReconciliation(IndexOperations index) : IMaintenanceTask
{
    public string Name => "index-reconciliation";

    public string Summary =>
        "Compares the vector index with the chunks in PostgreSQL, adds missing points and removes points without a chunk.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken) =>
        index.ReconcileAsync(context, everything: false, cancellationToken);
}

/// <summary>On request: writes the whole index again while it serves, without embedding again.</summary>
public sealed class IndexRebuild(IndexOperations index) : IMaintenanceTask
{
    public string Name => "index-rebuild";

    public string Summary => "Writes the whole vector index again from the vectors in PostgreSQL, without embedding again.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken) =>
        index.ReconcileAsync(context, everything: true, cancellationToken);
}

/// <summary>Every week: compacts in-process indexes, and checks the settings and the recall of a shared one.</summary>
public sealed class IndexOptimization(IndexOperations index, IServiceProvider services) : IMaintenanceTask
{
    public string Name => "index-optimization";

    public string Summary =>
        "Compacts the vector index; checks the status, settings, segments and recall of Qdrant.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (!index.IsShared)
        {
            return await index.CommandAsync(context, ReplicaAction.Compact, cancellationToken);
        }

        if (VectorsRegistration.IndexMaintenance(services) is not { } maintenance)
        {
            return new TaskReport(0, 0, 0) { Skipped = "This kind of index has nothing to optimize." };
        }

        try
        {
            var report = await maintenance.RunAsync(
                context.DryRun, (percent, step) => context.Report(percent, 100, step), cancellationToken);
            return new TaskReport(report.Examined, report.Changed, report.Problems.Count)
            {
                Notes = [.. report.Problems, .. report.Notes],
                Before = report.Before,
                After = report.After,
            };
        }
        catch (VectorIndexUnavailableException ex)
        {
            throw new MaintenanceException($"The vector index cannot be reached: {ex.Message}", ex);
        }
    }
}
