using Microsoft.Extensions.Options;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace RagAspire.Vectors.Qdrant;

/// <summary>Maintains the Qdrant collection: status, optimizer settings, indexed share, and recall.</summary>
public sealed class QdrantMaintenance(
    QdrantClient client, IOptions<QdrantOptions> options, IOptions<QdrantMaintenanceOptions> care) : IIndexMaintenance
{
    private const int Neighbours = 10;

    private string Name => options.Value.Collection;

    public async Task<IndexMaintenanceReport> RunAsync(
        bool dryRun, Action<int, string> progress, CancellationToken cancellationToken)
    {
        var (problems, notes) = (new List<string>(), new List<string>());
        progress(0, "collection");
        if (!await CallAsync(token => client.CollectionExistsAsync(Name, token), cancellationToken))
        {
            return new IndexMaintenanceReport(0, 0, [], [$"There is no collection '{Name}' yet."], Empty, Empty);
        }

        var info = await InfoAsync(cancellationToken);
        Judge(info, problems, notes);
        var before = Metrics(info);
        progress(20, "recall");
        await MeasureAsync(info, before, problems: null, cancellationToken);

        progress(60, "settings");
        var changes = Changes(info.Config.OptimizerConfig);
        if (changes.Count > 0)
        {
            notes.Add($"Optimizer settings {(dryRun ? "that would be changed" : "changed")}: {string.Join(", ", changes)}.");
            if (!dryRun)
            {
                await CallAsync(
                    async token =>
                    {
                        await client.UpdateCollectionAsync(Name, Wanted(), cancellationToken: token);
                        return true;
                    },
                    cancellationToken);
            }
        }

        progress(70, "recall");
        info = await InfoAsync(cancellationToken);
        var after = Metrics(info);
        await MeasureAsync(info, after, problems, cancellationToken);
        return new IndexMaintenanceReport((long)info.PointsCount, changes.Count, problems, notes, before, after);
    }

    private static Dictionary<string, double> Empty => [];

    private Task<CollectionInfo> InfoAsync(CancellationToken cancellationToken) =>
        CallAsync(token => client.GetCollectionInfoAsync(Name, token), cancellationToken);

    private void Judge(CollectionInfo info, List<string> problems, List<string> notes)
    {
        if (info.Status == CollectionStatus.Red)
        {
            problems.Add("The collection is red: Qdrant cannot work on it.");
        }
        else if (info.Status is CollectionStatus.Yellow or CollectionStatus.Grey)
        {
            notes.Add($"The collection is {info.Status}: it is being optimized, or waits to be.");
        }

        if (info.OptimizerStatus is { Ok: false, Error: { Length: > 0 } error })
        {
            problems.Add($"The optimizer has failed: {error}");
        }

        var dense = Dense(info);
        if (dense is not null && dense.Distance != Distance.Cosine && info.PointsCount > (ulong)care.Value.LargeCollection)
        {
            notes.Add($"A collection of {info.PointsCount} points measures {dense.Distance} and not cosine: its scores are not comparable with those of the product.");
        }
    }

    private static VectorParams? Dense(CollectionInfo info) =>
        info.Config.Params.VectorsConfig?.ParamsMap?.Map.TryGetValue(QdrantSchema.Dense, out var dense) == true ? dense : null;

    private static Dictionary<string, double> Metrics(CollectionInfo info) => new()
    {
        ["qdrant.points"] = info.PointsCount,
        ["qdrant.indexed_vectors"] = info.IndexedVectorsCount,
        ["qdrant.indexed_share"] = info.PointsCount == 0 ? 1 : Math.Min(1, info.IndexedVectorsCount / (double)info.PointsCount),
        ["qdrant.segments"] = info.SegmentsCount,
    };

    /// <summary>The settings that differ from the wanted ones, for the report.</summary>
    private List<string> Changes(OptimizersConfigDiff now)
    {
        var wanted = Wanted();
        (string Name, double? Now, double Wanted)[] settings =
        [
            ("deleted_threshold", now.HasDeletedThreshold ? now.DeletedThreshold : null, wanted.DeletedThreshold),
            ("vacuum_min_vector_number", now.HasVacuumMinVectorNumber ? now.VacuumMinVectorNumber : null, wanted.VacuumMinVectorNumber),
            ("default_segment_number", now.HasDefaultSegmentNumber ? now.DefaultSegmentNumber : null, wanted.DefaultSegmentNumber),
            ("max_segment_size", now.HasMaxSegmentSize ? now.MaxSegmentSize : null, wanted.MaxSegmentSize),
            ("memmap_threshold", now.HasMemmapThreshold ? now.MemmapThreshold : null, wanted.MemmapThreshold),
            ("indexing_threshold", now.HasIndexingThreshold ? now.IndexingThreshold : null, wanted.IndexingThreshold),
            ("flush_interval_sec", now.HasFlushIntervalSec ? now.FlushIntervalSec : null, wanted.FlushIntervalSec),
            ("max_optimization_threads", now.MaxOptimizationThreads?.Value, wanted.MaxOptimizationThreads.Value),
        ];
        return [.. settings.Where(setting => setting.Now is not { } value || Math.Abs(value - setting.Wanted) > 1e-9)
            .Select(setting => FormattableString.Invariant($"{setting.Name} {(setting.Now is { } was ? was : "unset")} -> {setting.Wanted}"))];
    }

    private OptimizersConfigDiff Wanted() => new()
    {
        DeletedThreshold = care.Value.DeletedThreshold,
        VacuumMinVectorNumber = (ulong)care.Value.VacuumMinVectorNumber,
        DefaultSegmentNumber = (ulong)care.Value.DefaultSegmentNumber,
        MaxSegmentSize = (ulong)care.Value.MaxSegmentSize,
        MemmapThreshold = (ulong)care.Value.MemmapThreshold,
        IndexingThreshold = (ulong)care.Value.IndexingThreshold,
        FlushIntervalSec = (ulong)care.Value.FlushInterval.TotalSeconds,
        MaxOptimizationThreads = new MaxOptimizationThreads { Value = (ulong)care.Value.MaxOptimizationThreads },
    };

    /// <summary>The share of the ten nearest neighbours, by an exact search, that an ordinary search finds too.</summary>
    private async Task MeasureAsync(
        CollectionInfo info, Dictionary<string, double> metrics, List<string>? problems, CancellationToken cancellationToken)
    {
        if (Dense(info) is null || care.Value.RecallSample == 0 || info.PointsCount == 0)
        {
            return;
        }

        var sample = await CallAsync(
            token => client.QueryAsync(
                Name,
                Sample.Random,
                filter: new Filter { Must = { Conditions.HasVector(QdrantSchema.Dense) } },
                limit: (ulong)care.Value.RecallSample,
                payloadSelector: false,
                vectorsSelector: new[] { QdrantSchema.Dense },
                cancellationToken: token),
            cancellationToken);
        var (found, wanted) = (0, 0);
        foreach (var point in sample)
        {
            var vector = point.Vectors.Vectors.Vectors[QdrantSchema.Dense].GetDenseVector()!.Data.ToArray();
            var exact = await NearestAsync(vector, exact: true, cancellationToken);
            wanted += exact.Count;
            exact.IntersectWith(await NearestAsync(vector, exact: false, cancellationToken));
            found += exact.Count;
        }

        var recall = wanted == 0 ? 1 : found / (double)wanted;
        metrics["qdrant.recall@10"] = recall;
        if (recall < care.Value.RecallLimit)
        {
            problems?.Add(FormattableString.Invariant($"An ordinary search finds {recall:P0} of what an exact one does, of {sample.Count} samples."));
        }
    }

    private async Task<HashSet<string>> NearestAsync(float[] vector, bool exact, CancellationToken cancellationToken)
    {
        var hits = await CallAsync(
            token => client.QueryAsync(
                Name,
                vector,
                usingVector: QdrantSchema.Dense,
                searchParams: new SearchParams { Exact = exact },
                limit: Neighbours,
                payloadSelector: false,
                cancellationToken: token),
            cancellationToken);
        return [.. hits.Select(hit => hit.Id.ToString())];
    }

    private Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        QdrantCalls.RunAsync(options.Value.WriteTimeout, call, cancellationToken);
}
