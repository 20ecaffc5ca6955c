using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RagAspire.Database;

/// <summary>
/// Migrates the database as soon as it answers, so that a host can start before its database does. Other services wait for
/// the end of the migration.
/// </summary>
public sealed partial class DatabaseStartup(Migrator migrator, TimeProvider time, ILogger<DatabaseStartup> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _migrated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsMigrated => _migrated.Task.IsCompletedSuccessfully;

    /// <summary>Completes when the schema is up to date.</summary>
    public Task MigratedAsync(CancellationToken cancellationToken) => _migrated.Task.WaitAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await migrator.MigrateAsync(stoppingToken);
                _migrated.SetResult();
                return;
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                Log.Waiting(logger, ex.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The database cannot be migrated yet, and the next attempt follows: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);
    }
}
