using System.Globalization;
using RagAspire.Quality;
using RagAspire.Vectors;
using RagAspire.Vectors.Sync;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Evaluates retrieval with the questions of every golden set, and stores the results.</summary>
public sealed class RetrievalEvaluation(
    GoldenSetStore store, RetrievalEvaluator evaluator, IndexGeneration generation, TimeProvider time) : IMaintenanceTask
{
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public string Name => "retrieval-evaluation";

    public bool NeedsIndex => true;

    public string Summary => "Evaluates search with every golden set (recall@10, MRR and nDCG@10).";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var sets = await store.ListAsync(cancellationToken);
        if (sets.Count == 0)
        {
            return new TaskReport(0, 0, 0) { Skipped = "No collection has a golden set." };
        }

        if (context.DryRun)
        {
            return new TaskReport(sets.Sum(set => set.Questions), sets.Count, 0)
            {
                Notes = [.. sets.Select(set => $"{set.Collection}: {set.Questions} questions would be asked.")],
            };
        }

        await WaitForIndexAsync(context, cancellationToken);
        var before = (await store.LatestAsync(cancellationToken))
            .Where(latest => sets.Any(set => set.Collection == latest.Collection));
        var evaluations = new List<Evaluation>();
        foreach (var set in sets)
        {
            context.Report(evaluations.Count, sets.Count, set.Collection);
            if (await store.FindAsync(set.Collection, cancellationToken) is { } golden
                && await EvaluateAsync(golden, cancellationToken) is var evaluation
                && await store.AddAsync(evaluation, cancellationToken))
            {
                evaluations.Add(evaluation);
            }
        }

        return new TaskReport(evaluations.Sum(evaluation => evaluation.Questions), evaluations.Count, 0)
        {
            Notes = [.. evaluations.Select(Note)],
            Before = Metrics(before),
            After = Metrics(evaluations),
        };
    }

    /// <summary>A worker that catches up on a missed run right after its start may still be loading its index.</summary>
    private async Task WaitForIndexAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (!generation.IsLoaded)
        {
            if (time.GetElapsedTime(startedAt) > LoadTimeout)
            {
                throw new MaintenanceException("The index of this process is still loading.");
            }

            context.Report(0, 1, "waiting for the index");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<Evaluation> EvaluateAsync(GoldenSet golden, CancellationToken cancellationToken)
    {
        try
        {
            return await evaluator.EvaluateAsync(
                golden, startedAt => Throttle.PauseAsync(startedAt, 2, time, cancellationToken), cancellationToken);
        }
        catch (VectorIndexUnavailableException ex)
        {
            throw new MaintenanceException($"The vector index cannot be reached: {ex.Message}", ex);
        }
    }

    private static string Note(Evaluation evaluation) => string.Create(
        CultureInfo.InvariantCulture,
        $"{evaluation.Collection}: {evaluation.Questions} questions, {evaluation.Misses.Count} with missing hits"
        + $"{(evaluation.Degraded is { } degraded ? $"; {degraded}" : ".")}");

    private static Dictionary<string, double> Metrics(IEnumerable<Evaluation> evaluations) => evaluations
        .SelectMany(evaluation => new[]
        {
            ($"{evaluation.Collection}.recall@10", evaluation.RecallAt10),
            ($"{evaluation.Collection}.mrr", evaluation.Mrr),
            ($"{evaluation.Collection}.ndcg@10", evaluation.NdcgAt10),
        })
        .ToDictionary(metric => metric.Item1, metric => metric.Item2);
}
