using Npgsql;
using RagAspire.Database;

namespace RagAspire.Monitoring.Memory;

/// <summary>The samples of all processes, bounded by age.</summary>
public sealed class MemorySampleStore(NpgsqlDataSource dataSource)
{
    /// <summary>Adds samples. A sample of the same process and time is kept as it is.</summary>
    public async Task AddAsync(IReadOnlyList<MemorySample> samples, CancellationToken cancellationToken)
    {
        foreach (var sample in samples)
        {
            await dataSource.Command("""
                insert into memory_samples (
                    service, instance, at, started_at, working_set, managed, large_objects, native, handles,
                    threads, memory_limit, requests, chunks)
                values ($1, $2, $3, $4::timestamptz, $5, $6::bigint, $7::bigint, $8::bigint, $9::integer, $10::integer,
                    $11::bigint,
                    $12::double precision, $13::bigint)
                on conflict do nothing
                """,
                sample.Service,
                sample.Instance,
                sample.At.ToUniversalTime(),
                sample.StartedAt?.ToUniversalTime(),
                sample.WorkingSet,
                sample.Managed,
                sample.LargeObjects,
                sample.Native,
                sample.Handles,
                sample.Threads,
                sample.Limit,
                sample.Requests,
                sample.Chunks).ExecuteAsync(cancellationToken);
        }
    }

    /// <summary>Removes samples that are older than <paramref name="before"/>.</summary>
    public async Task<int> RemoveAsync(DateTimeOffset before, CancellationToken cancellationToken) => await dataSource
        .Command("delete from memory_samples where at < $1", before.ToUniversalTime())
        .ExecuteAsync(cancellationToken);

    /// <summary>The samples since a time, by service and instance, oldest first.</summary>
    public Task<List<MemorySample>> ReadAsync(DateTimeOffset since, CancellationToken cancellationToken) => dataSource.Command("""
        select service, instance, at, started_at, working_set, managed, large_objects, native, handles, threads, memory_limit,
            requests, chunks
        from memory_samples where at >= $1 order by service, instance, at
        """, since.ToUniversalTime()).ListAsync(
        row => new MemorySample(
            row.Field<string>("service"),
            row.Field<string>("instance"),
            row.Field<DateTimeOffset>("at"),
            row.Nullable<DateTimeOffset?>("started_at"),
            row.Field<long>("working_set"))
        {
            Managed = row.Nullable<long?>("managed"),
            LargeObjects = row.Nullable<long?>("large_objects"),
            Native = row.Nullable<long?>("native"),
            Handles = row.Nullable<int?>("handles"),
            Threads = row.Nullable<int?>("threads"),
            Limit = row.Nullable<long?>("memory_limit"),
            Requests = row.Nullable<double?>("requests"),
            Chunks = row.Nullable<long?>("chunks"),
        },
        cancellationToken);
}
