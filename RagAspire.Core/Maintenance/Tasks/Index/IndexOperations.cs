using RagAspire.Vectors;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>Maintains the vector index: once where all processes share it, else in every process with its own.</summary>
public sealed class IndexOperations(IVectorIndex index, Reconciler reconciler, ReplicaCommands commands, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public bool IsShared => index.IsShared;

    /// <summary>Some process has announced its in-process index.</summary>
    public async Task<bool> IsPresentAsync(CancellationToken cancellationToken) =>
        (await commands.PresentAsync(cancellationToken)).Count > 0;

    /// <summary>Repairs the index, or with <paramref name="everything"/> writes every point again.</summary>
    public async Task<TaskReport> ReconcileAsync(TaskContext context, bool everything, CancellationToken cancellationToken)
    {
        if (!index.IsShared)
        {
            var action = everything ? ReplicaAction.Rebuild : ReplicaAction.Reconcile;
            return await CommandAsync(context, action, cancellationToken);
        }

        try
        {
            return await reconciler.RunAsync(context.DryRun, everything, context.Report, cancellationToken);
        }
        catch (VectorIndexUnavailableException ex)
        {
            throw new MaintenanceException($"The vector index cannot be reached: {ex.Message}", ex);
        }
    }

    /// <summary>Commands every process to maintain its own index, and waits for those that are running.</summary>
    public async Task<TaskReport> CommandAsync(TaskContext context, ReplicaAction action, CancellationToken cancellationToken)
    {
        var replicas = await WaitForReplicasAsync(cancellationToken);
        if (replicas.Count == 0)
        {
            return new TaskReport(0, 0, 0)
            {
                Skipped = "No process with an index is running; each fills its index from PostgreSQL when it starts.",
            };
        }

        await commands.SendAsync(new ReplicaCommand(context.RunId, action, context.DryRun), cancellationToken);
        while (true)
        {
            var results = await commands.ResultsAsync(context.RunId, cancellationToken);
            var done = results.Select(result => result.ReplicaId).ToHashSet();
            var open = replicas.Where(replica => !done.Contains(replica.Id)).ToList();
            context.Report(
                replicas.Count - open.Count, replicas.Count,
                $"{action.Word()}: {replicas.Count - open.Count} of {replicas.Count} processes");
            var present = (await commands.PresentAsync(cancellationToken)).Select(replica => replica.Id).ToHashSet();
            if (open.TrueForAll(replica => !present.Contains(replica.Id)))
            {
                return Sum(results, open);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Waits for the first announcement of a process that has just started.</summary>
    private async Task<IReadOnlyList<IndexReplicaRow>> WaitForReplicasAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var present = await commands.PresentAsync(cancellationToken);
            if (present.Count > 0 || time.GetElapsedTime(startedAt) > ReplicaCommands.AnnounceInterval * 2.5)
            {
                return present;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static TaskReport Sum(IReadOnlyList<ReplicaCommandResult> results, List<IndexReplicaRow> gone)
    {
        var sum = new ReportBuilder();
        foreach (var result in results)
        {
            if (result.Report is { } report)
            {
                Add(sum, result.Name, report);
            }
            else
            {
                sum.Fail($"{result.Name}: {result.Error}");
            }
        }

        foreach (var replica in gone)
        {
            sum.Note($"{replica.Name} ended during the run; a new process fills its index from PostgreSQL.");
        }

        return sum.Build();
    }

    private static void Add(ReportBuilder sum, string replica, TaskReport report)
    {
        sum.Examined += report.Examined;
        sum.Changed += report.Changed;
        sum.Failed += report.Failed;
        foreach (var note in report.Notes)
        {
            sum.Note($"{replica}: {note}");
        }

        foreach (var (metric, value) in report.Before)
        {
            sum.Before($"{replica}: {metric}", value);
        }

        foreach (var (metric, value) in report.After)
        {
            sum.After($"{replica}: {metric}", value);
        }
    }
}
