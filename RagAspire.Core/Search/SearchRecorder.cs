using System.Buffers.Binary;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;

namespace RagAspire.Search;

/// <summary>
/// Records the hits of each search, so that feedback can refer to it. Records are written in the background, in batches,
/// so that no search waits for them; those that cannot be written are dropped.
/// </summary>
public sealed partial class SearchRecorder(
    NpgsqlDataSource dataSource, DatabaseStartup database, TimeProvider time, ILogger<SearchRecorder> logger) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(200);

    /// <summary>A record that is still absent then was dropped, or there was no such search.</summary>
    private static readonly TimeSpan WritingTime = TimeSpan.FromSeconds(3);

    private readonly Channel<Row> _rows = Channel.CreateBounded<Row>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Add(SearchResult result, string collection) =>
        _rows.Writer.TryWrite(new Row(result.SearchId, collection, [.. result.Hits.Select(hit => hit.ChunkId)]));

    /// <summary>The collection of a recorded search; null when there is no such record.</summary>
    /// <param name="groups">
    /// Those that see all of its hits; null for a record of any hits. A record does not say whose search it was.
    /// </param>
    /// <remarks>Feedback may come before the record is written, by this or another process: then it is waited for.</remarks>
    public async Task<string?> CollectionOfAsync(
        Guid searchId, IReadOnlyList<string>? groups, CancellationToken cancellationToken)
    {
        while (true)
        {
            var record = await dataSource.Command("""
                select s.collection, $2::text[] is null or not exists (
                    select from unnest(s.chunk_ids) hit
                    left join searchable_chunks c on c.id = hit
                    where c.id is null or (cardinality(c.groups) > 0 and not c.groups && $2))
                from searches s where s.id = $1
                """, searchId, groups?.ToArray()).ListAsync(
                row => (Collection: row.GetString(0), IsSeen: row.GetBoolean(1)), cancellationToken);
            if (record.Count > 0 || !MayBeUnwritten(searchId))
            {
                return record.Where(one => one.IsSeen).Select(one => one.Collection).FirstOrDefault();
            }

            await Task.Delay(GatherTime, time, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        while (await _rows.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(GatherTime, stoppingToken);
            var batch = new List<Row>(BatchSize);
            while (batch.Count < BatchSize && _rows.Reader.TryRead(out var row))
            {
                batch.Add(row);
            }

            try
            {
                await WriteAsync(batch, stoppingToken);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                Log.Dropped(logger, batch.Count, ex.Message);
            }
        }
    }

    /// <summary>The id of a search begins with the time at which it was made.</summary>
    private bool MayBeUnwritten(Guid searchId)
    {
        if (searchId.Version != 7)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        searchId.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        var age = time.GetUtcNow().ToUnixTimeMilliseconds() - milliseconds;
        return Math.Abs(age) < WritingTime.TotalMilliseconds;
    }

    private async Task WriteAsync(List<Row> batch, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy searches (id, collection, chunk_ids) from stdin (format binary)", cancellationToken);
        foreach (var row in batch)
        {
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(row.Id, NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(row.Collection, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(row.ChunkIds, NpgsqlDbType.Array | NpgsqlDbType.Uuid, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private sealed record Row(Guid Id, string Collection, Guid[] ChunkIds);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Dropped the records of {Count} searches, which feedback can no longer refer to: {Reason}")]
        public static partial void Dropped(ILogger logger, int count, string reason);
    }
}
