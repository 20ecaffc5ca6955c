using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;

namespace RagAspire.Vectors.Sync;

/// <summary>
/// Follows the change feed in every process. PostgreSQL's NOTIFY wakes it at once, and the sequence numbers of the feed name
/// the changes, so a notification that is lost only costs the time until the next poll.
/// </summary>
public sealed partial class IndexSyncService(
    NpgsqlDataSource dataSource,
    DatabaseStartup database,
    DocumentChanges changes,
    IndexSync sync,
    ILogger<IndexSyncService> logger) : BackgroundService
{
    private const int PageSize = 500;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        while (true)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception ex) when (ex is VectorIndexUnavailableException || Unavailability.IsUnavailable(ex))
            {
                sync.Interrupted();
                Log.Interrupted(logger, ex.Message);
                await Task.Delay(RetryDelay, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.Command($"listen {DocumentChanges.Channel}").ExecuteAsync(cancellationToken);
        await sync.StartAsync(cancellationToken);
        while (true)
        {
            var page = await changes.AfterAsync(sync.Position, PageSize, cancellationToken);
            await sync.ApplyAsync(page, cancellationToken);
            if (page.Count < PageSize)
            {
                await connection.WaitAsync(PollInterval, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The index cannot follow the change feed: {Reason}")]
        public static partial void Interrupted(ILogger logger, string reason);
    }
}
