using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Qdrant.Client;
using Qdrant.Client.Grpc;
using RagAspire.Vectors;
using RagAspire.Vectors.Qdrant;

namespace RagAspire.Diagnosis.VectorIndex;

/// <summary>Examines Qdrant where it is used, and otherwise the indexes of the processes.</summary>
public sealed class VectorIndexProbe(
    IndexComparison step,
    IServiceProvider services,
    IOptions<QdrantOptions> qdrant,
    IOptions<IndexDiagnosisOptions> options) : IProbe
{
    public string Name => "vector index";

    private string Request => $"GET /collections/{qdrant.Value.Collection}";

    public Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken) =>
        services.GetService<QdrantClient>() is { } client ? QdrantAsync(client, window, cancellationToken)
            : step.ReplicasAsync(window, cancellationToken);

    private async Task<IReadOnlyList<Observation>> QdrantAsync(
        QdrantClient client, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        CollectionInfo info;
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            info = await QdrantCalls.RunAsync(
                options.Value.Timeout, token => client.GetCollectionInfoAsync(qdrant.Value.Collection, token), cancellationToken);
        }
        catch (VectorIndexUnavailableException ex)
        {
            return await FailureAsync(ex, cancellationToken);
        }

        var took = Stopwatch.GetElapsedTime(startedAt);
        Note(window, "answer time", Math.Round(took.TotalMilliseconds, 1), options.Value.Latency.TotalMilliseconds, "ms", Request);
        List<Observation> found = [.. Status(info), .. Unindexed(info, window), .. Queue(info, window), .. Latency(took)];
        try
        {
            var searchable = await step.SearchableAsync(cancellationToken);
            found.AddRange(step.Compare((long)info.PointsCount, searchable, "Qdrant", $"{Request}: points_count", window));
        }
        catch (ProbeException ex)
        {
            // What was found about Qdrant counts without the database, too.
            return ProbeException.Unless([ex.Message], found);
        }

        return found;
    }

    private async Task<IReadOnlyList<Observation>> FailureAsync(
        VectorIndexUnavailableException failure, CancellationToken cancellationToken)
    {
        var status = (failure.InnerException as RpcException)?.StatusCode;
        if (status == StatusCode.NotFound)
        {
            var searchable = await step.SearchableAsync(cancellationToken);
            return searchable == 0 ? [] : [new Observation(
                IndexCodes.Missing, $"Qdrant has no collection {qdrant.Value.Collection}, and PostgreSQL has {searchable} searchable chunks.",
                [new Evidence(Request, "not found", Quantity.Count(searchable, "points"))])];
        }

        var code = status switch
        {
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => IndexCodes.Login,
            StatusCode.FailedPrecondition => IndexCodes.RecoveryMode,
            _ => IndexCodes.Unreachable,
        };
        return [new Observation(code, $"{failure.Message}.", [new Evidence(Request, failure.Message)])];
    }

    private IEnumerable<Observation> Status(CollectionInfo info)
    {
        var error = info.OptimizerStatus is { Ok: false } optimizer ? optimizer.Error : null;
        if (info.Status == CollectionStatus.Red || !string.IsNullOrEmpty(error))
        {
            yield return new Observation(
                IndexCodes.Red, $"The collection is {info.Status.Word()}{(string.IsNullOrEmpty(error) ? "" : $", and its optimizer has failed: {error}")}.",
                [new Evidence($"{Request}: status, optimizer_status", string.IsNullOrEmpty(error) ? "red" : error, "green")]);
        }
    }

    private IEnumerable<Observation> Unindexed(CollectionInfo info, DiagnosisWindow window)
    {
        var (points, indexed) = ((long)info.PointsCount, (long)info.IndexedVectorsCount);
        var share = points == 0 ? 0 : Math.Max(0, 1 - (indexed / (double)points));
        Note(
            window, "vectors without an index", Math.Round(100 * share, 1),
            points >= options.Value.UnindexedPoints ? 100 * options.Value.UnindexedShare : null, "%",
            $"{Request}: 1 - indexed_vectors_count / points_count");
        if (points >= options.Value.UnindexedPoints && share > options.Value.UnindexedShare)
        {
            yield return new Observation(
                IndexCodes.Unindexed, $"{Quantity.Percent(share)} of {points} vectors are not indexed; the collection is {info.Status.Word()}.",
                [new Evidence($"{Request}: 1 - indexed_vectors_count / points_count", Quantity.Percent(share), Quantity.Percent(options.Value.UnindexedShare))]);
        }
    }

    private IEnumerable<Observation> Queue(CollectionInfo info, DiagnosisWindow window)
    {
        var length = (long)(info.UpdateQueue?.Length ?? 0);
        Note(window, "updates that wait", length, options.Value.UpdateQueue, "", $"{Request}: update_queue.length");
        if (length > options.Value.UpdateQueue)
        {
            yield return new Observation(
                IndexCodes.Queue, $"{length} updates wait in Qdrant.",
                [new Evidence($"{Request}: update_queue.length", Quantity.Count(length, "updates"), Quantity.Count(options.Value.UpdateQueue, "updates"))]);
        }
    }

    private void Note(DiagnosisWindow window, string name, double value, double? limit, string unit, string query) =>
        window.Figures.Add(new Figure(Name, name, "Qdrant", value, limit, unit, query));

    private IEnumerable<Observation> Latency(TimeSpan took)
    {
        if (took > options.Value.Latency)
        {
            yield return new Observation(
                IndexCodes.Slow, $"Qdrant took {Quantity.Milliseconds(took.TotalMilliseconds)} for the information about the collection.",
                [new Evidence(Request, Quantity.Milliseconds(took.TotalMilliseconds),
                    Quantity.Milliseconds(options.Value.Latency.TotalMilliseconds))]);
        }
    }
}
