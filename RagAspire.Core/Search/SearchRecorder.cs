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
public sealed partial class SearchRecorder(NpgsqlDataSource dataSource, DatabaseStartup database, ILogger<SearchRecorder> logger)
    : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(200);

    private readonly Channel<Row> _rows = Channel.CreateBounded<Row>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Add(SearchResult result, string collection) =>
        _rows.Writer.TryWrite(new Row(result.SearchId, collection, [.. result.Hits.Select(hit => hit.ChunkId)]));

    /// <summary>The collection of a recorded search; null when there is no such record.</summary>
    public async Task<string?> CollectionOfAsync(Guid searchId, CancellationToken cancellationToken) =>
        await dataSource.Command("select collection from searches where id = $1", searchId).ScalarAsync<string>(cancellationToken);

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
