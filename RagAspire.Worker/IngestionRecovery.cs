using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Jobs;

namespace RagAspire.Worker;

/// <summary>
/// Enqueues documents again whose lease expired, and waiting documents whose job was lost. It polls and is not a job,
/// because a queue that lost a job could lose this one too.
/// </summary>
public sealed partial class IngestionRecovery(
    DocumentStore documents,
    IIngestionEnqueuer queue,
    IOptions<JobOptions> options,
    DatabaseStartup database,
    TimeProvider time,
    ILogger<IngestionRecovery> logger) : PollingService(database, time)
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(10);

    protected override TimeSpan Interval =>
        options.Value.RetryDelay < LongestInterval ? options.Value.RetryDelay : LongestInterval;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        var lost = new List<Guid>(await documents.ReleaseExpiredAsync(cancellationToken));
        if (queue.IsQueueEmpty)
        {
            // The queue is empty, so a document that waits longer than a retry takes has no job any more.
            lost.AddRange(await documents.WaitingAsync(options.Value.RetryDelay * 2, cancellationToken));
        }

        foreach (var documentId in lost)
        {
            queue.Enqueue(documentId);
        }

        if (lost.Count > 0)
        {
            Log.Requeued(logger, lost.Count);
        }
    }

    protected override void Skipped(Exception exception) => Log.Skipped(logger, exception.Message);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} documents waited without a job and were enqueued again")]
        public static partial void Requeued(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Warning, "Recovery of lost documents was skipped: {Reason}")]
        public static partial void Skipped(ILogger logger, string reason);
    }
}
