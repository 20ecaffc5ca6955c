using Microsoft.Extensions.Hosting;

namespace RagAspire.Database;

/// <summary>
/// Work that is repeated for as long as the host runs, from the moment the database is migrated. A poll that fails because
/// a store is away is skipped, and the next one comes after the usual interval; any other failure ends the host.
/// </summary>
public abstract class PollingService(DatabaseStartup database, TimeProvider time) : BackgroundService
{
    /// <summary>The pause from the end of one poll to the next, read anew after each of them.</summary>
    protected abstract TimeSpan Interval { get; }

    protected DateTimeOffset Now => time.GetUtcNow();

    protected abstract Task PollAsync(CancellationToken cancellationToken);

    /// <summary>Which failures are skipped.</summary>
    protected virtual bool IsTemporary(Exception exception) => Unavailability.IsUnavailable(exception);

    /// <summary>
    /// Called for a poll that was skipped. Does nothing unless overridden: metrics keep their last values, and
    /// <c>rag_component_up</c> shows the outage.
    /// </summary>
    protected virtual void Skipped(Exception exception)
    {
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        while (true)
        {
            try
            {
                await PollAsync(stoppingToken);
            }
            catch (Exception ex) when (IsTemporary(ex))
            {
                Skipped(ex);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }
}
