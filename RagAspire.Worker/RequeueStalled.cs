using Hangfire;
using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Jobs;

namespace RagAspire.Worker;

/// <summary>
/// Heals every gap between stored and enqueued: documents whose claim ran out, and documents that wait although the line is
/// empty. It is not a job itself, because a queue that lost something should not have to find it.
/// </summary>
public sealed partial class RequeueStalled(
    DocumentStore documents, IIngestionEnqueuer trigger, JobServer jobs, IOptions<JobOptions> options, ILogger<RequeueStalled> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var storage = await jobs.StorageAsync(stoppingToken);
        var interval = TimeSpan.FromSeconds(Math.Min(options.Value.RetryDelaySeconds, 10));
        using var timer = new PeriodicTimer(interval);
        do
        {
            try
            {
                await RequeueAsync(storage, stoppingToken);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                Log.Postponed(logger, ex.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RequeueAsync(JobStorage storage, CancellationToken cancellationToken)
    {
        var stalled = new List<Guid>(await documents.ReleaseExpiredAsync(cancellationToken));
        if (storage.GetMonitoringApi().EnqueuedCount("default") == 0)
        {
            // Whoever waits this long without being in line was forgotten, or its last try is over.
            var quietFor = TimeSpan.FromSeconds(options.Value.RetryDelaySeconds * 2);
            stalled.AddRange(await documents.ForgottenAsync(quietFor, cancellationToken));
        }

        foreach (var documentId in stalled)
        {
            trigger.Nudge(documentId);
        }

        if (stalled.Count > 0)
        {
            Log.Requeued(logger, stalled.Count);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} documents waited without being in line and are put back")]
        public static partial void Requeued(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Warning, "Waiting documents cannot be looked for now: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
