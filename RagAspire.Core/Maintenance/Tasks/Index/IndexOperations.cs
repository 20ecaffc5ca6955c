using RagAspire.Vectors;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>Does something to the index, wherever it lives: once where all processes share it, else in each of them.</summary>
public sealed class IndexOperations(IVectorIndex index, Reconciler reconciler, ReplicaCommands orders, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public bool IsShared => index.IsShared;

    /// <summary>Some process has an index of its own.</summary>
    public async Task<bool> IsPresentAsync(CancellationToken cancellationToken) => (await orders.PresentAsync(cancellationToken)).Count > 0;

    /// <summary>Repairs the index, or writes all of it anew.</summary>
    public async Task<TaskReport> ReconcileAsync(TaskContext context, bool everything, CancellationToken cancellationToken)
    {
        if (!index.IsShared)
        {
            return await OrderAsync(context, everything ? "rebuild" : "reconcile", cancellationToken);
        }

        try
        {
            return await reconciler.RunAsync(context.DryRun, everything, context.Report, cancellationToken);
        }
        catch (VectorIndexUnavailableException ex)
        {
            throw new MaintenanceException($"The vector index cannot be asked: {ex.Message}", ex);
        }
    }

    /// <summary>Has every process do it to its own index, and waits for those that are there.</summary>
    public async Task<TaskReport> OrderAsync(TaskContext context, string action, CancellationToken cancellationToken)
    {
        var wanted = await PresentSoonAsync(cancellationToken);
        if (wanted.Count == 0)
        {
            return new TaskReport(0, 0, 0) { Skipped = "No process with an index runs; each fills its own from PostgreSQL when it starts." };
        }

        await orders.OrderAsync(new ReplicaCommand(context.RunId, action, context.DryRun), cancellationToken);
        while (true)
        {
            var answers = await orders.AnswersAsync(context.RunId, cancellationToken);
            var answered = answers.Select(answer => answer.ReplicaId).ToHashSet();
            var silent = wanted.Where(replica => !answered.Contains(replica.Id)).ToList();
            context.Report(answers.Count, wanted.Count, $"{action}: {answers.Count} of {wanted.Count} processes");
            var present = (await orders.PresentAsync(cancellationToken)).Select(replica => replica.Id).ToHashSet();
            if (silent.All(replica => !present.Contains(replica.Id)))
            {
                return Sum(answers, silent);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>A process that has just started, or waits for its next beat, has not said yet that it is there.</summary>
    private async Task<IReadOnlyList<IndexReplicaRow>> PresentSoonAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var present = await orders.PresentAsync(cancellationToken);
            if (present.Count > 0 || time.GetElapsedTime(startedAt) > ReplicaCommands.Beat * 2.5)
            {
                return present;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static TaskReport Sum(IReadOnlyList<ReplicaCommandResult> answers, List<IndexReplicaRow> gone)
    {
        var tally = new ReportBuilder();
        foreach (var answer in answers)
        {
            if (answer.Report is not { } report)
            {
                tally.Fail($"{answer.Name}: {answer.Error}");
                continue;
            }

            tally.Examined += report.Examined;
            tally.Changed += report.Changed;
            tally.Failed += report.Failed;
            foreach (var note in report.Notes)
            {
                tally.Note($"{answer.Name}: {note}");
            }

            foreach (var (figure, value) in report.Before)
            {
                tally.Before($"{answer.Name}: {figure}", value);
            }

            foreach (var (figure, value) in report.After)
            {
                tally.After($"{answer.Name}: {figure}", value);
            }
        }

        foreach (var replica in gone)
        {
            tally.Note($"{replica.Name} ended meanwhile; whatever takes its place fills its index anew.");
        }

        return tally.Report();
    }
}
