using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.Leases;
using RagAspire.Jobs;

namespace RagAspire.Ingestion;

/// <summary>
/// Processes waiting documents, <see cref="JobOptions.Workers"/> at once. PostgreSQL's NOTIFY wakes it, and a notification that
/// is lost costs only the time until the next poll.
/// </summary>
public sealed partial class BackgroundIngestion(
    WaitingDocuments documents,
    DocumentIngestion ingestion,
    NpgsqlDataSource dataSource,
    DatabaseStartup database,
    IOptions<JobOptions> options,
    ILogger<BackgroundIngestion> logger) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private volatile TaskCompletionSource _news = NewSource();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        var atOnce = options.Value.Workers > 0 ? options.Value.Workers : Math.Max(2, Environment.ProcessorCount);
        await Task.WhenAll([ListenAsync(stoppingToken), .. Enumerable.Range(0, atOnce).Select(_ => DrainAsync(stoppingToken))]);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Taken before the look, so that what comes after it is not missed.
            var news = _news.Task;
            if (!await ProcessNextAsync(cancellationToken))
            {
                await news.WaitAsync(PollInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <returns>False when nothing is due, or the database is away.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Ingestion goes on with the next document, whatever one fails with.")]
    private async Task<bool> ProcessNextAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await documents.NextAsync(cancellationToken) is not { } lease)
            {
                return false;
            }

            await ingestion.RunAsync(lease, cancellationToken);
            return true;
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Interrupted(logger, ex.Message, Unavailability.IsUnavailable(ex) ? null : ex);
            return false;
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                await connection.Command($"listen {WaitingDocuments.Channel}").ExecuteAsync(cancellationToken);
                while (true)
                {
                    await connection.WaitAsync(cancellationToken);
                    Interlocked.Exchange(ref _news, NewSource()).SetResult();
                }
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                await Task.Delay(PollInterval, cancellationToken);
            }
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Ingestion was interrupted and goes on: {Reason}")]
        public static partial void Interrupted(ILogger logger, string reason, Exception? exception);
    }
}
