using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents;

/// <summary>
/// What every collection holds. Counting reads the row of each document, so that one caller counts for all, and the result is
/// kept ten times as long as that took: in a small system it is always fresh, in a large one counting stays a small load.
/// </summary>
public sealed class CollectionCounts(NpgsqlDataSource dataSource, TimeProvider time) : IDisposable
{
    private const int KeptTimes = 10;

    private readonly SemaphoreSlim _counting = new(1);
    private Result _last = new(new Dictionary<string, CollectionSummary>(), CountedAt: 0, TimeSpan.Zero);

    /// <summary>The collections that have documents, by name.</summary>
    public async Task<IReadOnlyDictionary<string, CollectionSummary>> AllAsync(CancellationToken cancellationToken)
    {
        await _counting.WaitAsync(cancellationToken);
        try
        {
            if (time.GetElapsedTime(_last.CountedAt) >= _last.Took * KeptTimes)
            {
                var startedAt = time.GetTimestamp();
                var all = (await CountAsync(null, null, cancellationToken)).ToDictionary(summary => summary.Name);
                _last = new Result(all, time.GetTimestamp(), time.GetElapsedTime(startedAt));
            }

            return _last.Collections;
        }
        finally
        {
            _counting.Release();
        }
    }

    /// <summary>
    /// What some collections hold for a key with groups: counts over all would tell of documents that it does not see.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, CollectionSummary>> OfAsync(
        IReadOnlyList<string> names, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        (await CountAsync([.. names], [.. groups], cancellationToken)).ToDictionary(summary => summary.Name);

    public void Dispose() => _counting.Dispose();

    private Task<List<CollectionSummary>> CountAsync(
        string[]? names, string[]? groups, CancellationToken cancellationToken) => dataSource.Command("""
        select collection, count(*)::int as documents, count(*) filter (where status = 'ready')::int as ready,
            count(*) filter (where status = 'failed')::int as failed, sum(chunk_count) as chunks,
            sum(size_bytes)::bigint as bytes, max(updated_at) as updated_at
        from documents
        where ($1::text[] is null or collection = any($1)) and ($2::text[] is null or cardinality(groups) = 0 or groups && $2)
        group by collection
        """, names, groups).ListAsync(
        row => new CollectionSummary(
            row.Field<string>("collection"),
            row.Field<int>("documents"),
            row.Field<int>("ready"),
            row.Field<int>("failed"),
            row.Field<long>("chunks"),
            row.Field<long>("bytes"),
            row.Field<DateTimeOffset>("updated_at")),
        cancellationToken);

    /// <param name="CountedAt">The timestamp of its end.</param>
    private sealed record Result(
        IReadOnlyDictionary<string, CollectionSummary> Collections, long CountedAt, TimeSpan Took);
}
