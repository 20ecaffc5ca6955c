using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;

namespace RagAspire.Vectors.Sync;

/// <summary>
/// Removes stale points from an index that all processes share, and writes those again whose labels have changed, in the
/// worker. The cursor in PostgreSQL says how far that is; its row lock lets one worker do it at a time, and it moves only
/// after the points are gone. The index keeps its own position, which is behind the cursor when an older copy took its place.
/// </summary>
public sealed partial class SharedIndexCleanup(
    NpgsqlDataSource dataSource,
    IVectorIndex index,
    SharedIndexChanges changes,
    DatabaseStartup database,
    TimeProvider time,
    ILogger<SharedIndexCleanup> logger) : PollingService(database, time)
{
    private const int PageSize = 100;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        index.IsShared ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        while (await CleanPageAsync(cancellationToken) == PageSize)
        {
        }
    }

    protected override bool IsTemporary(Exception exception) =>
        exception is VectorIndexUnavailableException || base.IsTemporary(exception);

    protected override void Skipped(Exception exception) => Log.Skipped(logger, exception.Message);

    /// <returns>The number of changes whose stale points were removed; 0 also while another worker holds the cursor.</returns>
    internal async Task<int> CleanPageAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await DocumentChanges.LockCursorAsync(connection, index.Name, cancellationToken) is not { } position)
        {
            return 0;
        }

        await changes.CatchUpAsync(position, cancellationToken);
        var page = await DocumentChanges.AfterAsync(connection, position, PageSize, cancellationToken);
        await changes.ApplyAsync(page, cancellationToken);
        if (page.Count > 0)
        {
            // First the index: what its position says is in it for certain.
            await index.MoveAsync(page[^1].Sequence, cancellationToken);
            await DocumentChanges.MoveCursorAsync(connection, index.Name, page[^1].Sequence, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return page.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Stale points stay in the index for now: {Reason}")]
        public static partial void Skipped(ILogger logger, string reason);
    }
}
