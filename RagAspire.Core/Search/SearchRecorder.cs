using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;

namespace RagAspire.Search;

/// <summary>
/// Notes what each search found, so that feedback can refer to it. Written behind the searches' backs; while the database
/// is away notes are dropped rather than kept waiting.
/// </summary>
public sealed partial class SearchRecorder(NpgsqlDataSource dataSource, DatabaseStartup database, ILogger<SearchRecorder> logger)
    : BackgroundService
{
    private const int Page = 500;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);

    private readonly Channel<Note> _notes = Channel.CreateBounded<Note>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Add(SearchResult result, string collection) =>
        _notes.Writer.TryWrite(new Note(result.SearchId, collection, [.. result.Hits.Select(hit => hit.ChunkId)]));

    /// <summary>The collection that a search looked in, for feedback on it; null when it is not known.</summary>
    public async Task<string?> CollectionOfAsync(Guid searchId, CancellationToken cancellationToken) =>
        await dataSource.Command("select collection from searches where id = $1", searchId).ScalarAsync<string>(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        while (await _notes.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(Gather, stoppingToken);
            var page = new List<Note>(Page);
            while (page.Count < Page && _notes.Reader.TryRead(out var note))
            {
                page.Add(note);
            }

            try
            {
                await WriteAsync(page, stoppingToken);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                Log.Dropped(logger, page.Count, ex.Message);
            }
        }
    }

    private async Task WriteAsync(List<Note> page, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy searches (id, collection, chunk_ids) from stdin (format binary)", cancellationToken);
        foreach (var note in page)
        {
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(note.Id, NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(note.Collection, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(note.ChunkIds, NpgsqlDbType.Array | NpgsqlDbType.Uuid, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private sealed record Note(Guid Id, string Collection, Guid[] ChunkIds);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Notes of {Count} searches were dropped: {Reason}")]
        public static partial void Dropped(ILogger logger, int count, string reason);
    }
}
