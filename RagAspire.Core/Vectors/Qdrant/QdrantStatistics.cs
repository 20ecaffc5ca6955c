using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace RagAspire.Vectors.Qdrant;

/// <summary>Counts of points and the average length of their texts, cached between searches.</summary>
internal sealed class QdrantStatistics(QdrantClient client, IOptions<QdrantOptions> options, TimeProvider clock)
{
    private const uint SampleSize = 500;

    private readonly ConcurrentDictionary<string, Counts> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lengths> _lengths = new(StringComparer.Ordinal);

    private string Name => options.Value.Collection;

    /// <summary>Invalidates the counts after a write of this process.</summary>
    public void Changed() => _counts.Clear();

    public void Forget()
    {
        _counts.Clear();
        _lengths.Clear();
    }

    /// <summary>By how much Qdrant overrates the terms of this collection; see <see cref="QdrantTerms"/>.</summary>
    public async Task<double> ExcessAsync(string collection, CancellationToken cancellationToken)
    {
        if (!_counts.TryGetValue(collection, out var counts) || IsOld(counts.At))
        {
            var at = clock.GetTimestamp();
            var here = await CountAsync(Conditions.MatchKeyword(QdrantPayload.Collection, collection), cancellationToken);
            var inAll = await CountAsync(null, cancellationToken);
            counts = _counts[collection] = new Counts(here, inAll, at);
        }

        return QdrantTerms.Excess(counts.Here, counts.InAll);
    }

    /// <summary>
    /// The average length of the collection's texts with these new ones. It is fixed into what is stored of them, so it is
    /// an estimate: from a sample of what is there, then from what is added.
    /// </summary>
    public async Task<double> AverageLengthAsync(
        string collection, IReadOnlyCollection<IndexPoint> added, CancellationToken cancellationToken)
    {
        if (!_lengths.TryGetValue(collection, out var known) || IsOld(known.At))
        {
            known = await SampleAsync(collection, cancellationToken);
        }

        var count = known.Count + added.Count;
        var average = ((known.Average * known.Count) + added.Sum(p => (double)p.Terms.Length)) / Math.Max(1, count);
        _lengths[collection] = known with { Count = count, Average = average };
        return average;
    }

    private bool IsOld(long at) => clock.GetElapsedTime(at) > options.Value.StatisticsAge;

    private async Task<long> CountAsync(Condition? condition, CancellationToken cancellationToken)
    {
        var filter = new Filter { Must = { Conditions.HasVector(QdrantSchema.Terms) } };
        if (condition is not null)
        {
            filter.Must.Add(condition);
        }

        return (long)await client.CountAsync(Name, filter, cancellationToken: cancellationToken);
    }

    private async Task<Lengths> SampleAsync(string collection, CancellationToken cancellationToken)
    {
        var at = clock.GetTimestamp();
        var filter = QdrantPayload.In(collection);
        var count = await client.CountAsync(Name, filter, cancellationToken: cancellationToken);
        var sample = await client.QueryAsync(
            Name,
            Sample.Random,
            filter: filter,
            limit: SampleSize,
            payloadSelector: new WithPayloadSelector
            {
                Include = new PayloadIncludeSelector { Fields = { QdrantPayload.Length } },
            },
            cancellationToken: cancellationToken);
        var average = sample.Select(p => p.Payload.TryGetValue(QdrantPayload.Length, out var length) ? length.DoubleValue : 0)
            .DefaultIfEmpty(0).Average();
        return new Lengths((long)count, average, at);
    }

    private sealed record Counts(long Here, long InAll, long At);

    private sealed record Lengths(long Count, double Average, long At);
}
