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
/// Processes waiting documents, <see cref="JobOptions.Workers"/> at once, or as many small ones as take no more. PostgreSQL's
/// NOTIFY wakes it, and a notification that is lost costs only the time until the next poll.
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
        await Task.WhenAll(ListenAsync(stoppingToken), DrainAsync(stoppingToken));
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var atOnce = options.Value.Workers > 0 ? options.Value.Workers : Math.Max(2, Environment.ProcessorCount);
        var whole = atOnce * ProcessingShare.Whole;
        var room = new ProcessingRoom(whole);
        try
        {
            while (true)
            {
                // Looking for each document that is done would cost more than the document.
                await room.WaitAsync((whole + 1) / 2, cancellationToken);

                // Taken before the look, so that what comes after it is not missed.
                var (news, returned) = (_news.Task, room.Returned);
                if (!await ProcessNextAsync(room, cancellationToken))
                {
                    await Task.WhenAny(news, returned, Task.Delay(PollInterval, cancellationToken));
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            // They end by the same token, and give their leases back.
            await room.WaitAsync(whole, CancellationToken.None);
        }
    }

    /// <returns>False when nothing is due, there is no room for it, or the database is away.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Ingestion goes on when the database is back.")]
    private async Task<bool> ProcessNextAsync(ProcessingRoom room, CancellationToken cancellationToken)
    {
        try
        {
            var next = await documents.TakeAsync(room.Free, ProcessingShare.Of, cancellationToken);
            foreach (var document in next)
            {
                room.Take(document.Share);
                _ = Task.Run(() => ProcessAsync(document, room, cancellationToken), CancellationToken.None);
            }

            return next.Count > 0;
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Interrupted(logger, ex.Message, Unavailability.IsUnavailable(ex) ? null : ex);
            return false;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Ingestion goes on with the next document, whatever one fails with.")]
    private async Task ProcessAsync(LeasedShare document, ProcessingRoom room, CancellationToken cancellationToken)
    {
        try
        {
            await ingestion.RunAsync(document.Lease, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The worker stops, and the document waits again.
        }
        catch (Exception ex)
        {
            Log.Interrupted(logger, ex.Message, Unavailability.IsUnavailable(ex) ? null : ex);
        }
        finally
        {
            room.Return(document.Share);
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
