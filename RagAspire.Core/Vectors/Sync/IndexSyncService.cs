using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;

namespace RagAspire.Vectors.Sync;

/// <summary>
/// Keeps this process in step with the searchable chunks in PostgreSQL: LISTEN tells at once that there is something, the
/// sequence number tells what, and a look every two seconds makes up for a message that was lost.
/// </summary>
public sealed partial class IndexSyncService(
    NpgsqlDataSource dataSource,
    DatabaseStartup database,
    DocumentChanges changes,
    IndexSync follower,
    ILogger<IndexSyncService> logger) : BackgroundService
{
    private const int PageSize = 500;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

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
                follower.Interrupted();
                Log.Interrupted(logger, ex.Message);
                await Task.Delay(PauseAfterFault, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.Command($"listen {DocumentChanges.Channel}").ExecuteAsync(cancellationToken);
        await follower.StartAsync(cancellationToken);
        while (true)
        {
            var page = await changes.AfterAsync(follower.Position, PageSize, cancellationToken);
            await follower.ApplyAsync(page, cancellationToken);
            if (page.Count < PageSize)
            {
                await connection.WaitAsync(LookEvery, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Changes of the index cannot be followed for now: {Reason}")]
        public static partial void Interrupted(ILogger logger, string reason);
    }
}
