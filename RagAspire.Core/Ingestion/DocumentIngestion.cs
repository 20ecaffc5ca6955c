using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Ingestion.Extraction;
using RagAspire.Jobs;
using RagAspire.Vectors;

namespace RagAspire.Ingestion;

/// <summary>Makes a leased document searchable. Idempotent, and safe to kill anywhere.</summary>
public sealed partial class DocumentIngestion(
    IngestionPipeline pipeline,
    DocumentChanges changes,
    IngestionMetrics metrics,
    JobMetrics jobs,
    IOptions<JobOptions> options,
    ILogger<DocumentIngestion> logger)
{
    private const string Name = "ingest";

    /// <summary>Leaves the document ready, failed or waiting, and disposes the lease.</summary>
    /// <exception cref="OperationCanceledException">The worker stops; the document waits again.</exception>
    public async Task RunAsync(DocumentLease lease, CancellationToken cancellationToken)
    {
        await using var released = lease;
        _ = ActivityContext.TryParse(lease.TraceParent, null, isRemote: true, out var uploaded);
        using var activity = IngestionTelemetry.Source.StartActivity(Name, ActivityKind.Consumer, uploaded);
        using var scope = Log.Scope(logger, lease.Document.Id);
        var startedAt = Stopwatch.GetTimestamp();
        var outcome = JobOutcome.Cancelled;
        try
        {
            outcome = await EndAsync(lease, cancellationToken);
        }
        finally
        {
            if (outcome is JobOutcome.Failed or JobOutcome.Retried)
            {
                activity?.SetStatus(ActivityStatusCode.Error);
            }

            jobs.Ended(Name, outcome, Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a document fails with, the others go on.")]
    private async Task<JobOutcome> EndAsync(DocumentLease lease, CancellationToken cancellationToken)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            if (await IngestAsync(lease, held.Token))
            {
                metrics.Finished("ready");
            }
            else
            {
                await LostAsync(lease.Document, cancellationToken);
            }

            return JobOutcome.Succeeded;
        }
        catch (UnreadableDocumentException ex)
        {
            // The file is at fault, so a retry cannot help.
            await (IsDecoration(lease.Document, ex)
                ? lease.WithdrawAsync(WarningCodes.PicturesSkipped, cancellationToken)
                : lease.RejectAsync(ex.Message, cancellationToken));
            metrics.Finished("rejected");
            Log.Rejected(logger, lease.Document.Id, ex.Message);
            return JobOutcome.Succeeded;
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested)
        {
            await LostAsync(lease.Document, cancellationToken);
            return JobOutcome.Succeeded;
        }
        catch (Exception ex) when (ex is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return await PostponeAsync(lease, ex, cancellationToken);
        }
    }

    /// <summary>A photo in a mail has no text and no fault.</summary>
    private static bool IsDecoration(Document document, UnreadableDocumentException reason) =>
        document.ParentId is not null && TextRecognition.IsPicture(document.ContentType)
        && reason.Message == Reasons.NothingRecognised;

    /// <summary>An attempt is used up only by a failure of the processing, not by an absent store.</summary>
    private async Task<JobOutcome> PostponeAsync(DocumentLease lease, Exception failure, CancellationToken cancellationToken)
    {
        var isAway = failure is VectorIndexUnavailableException or SandboxUnavailableException
            || Unavailability.IsUnavailable(failure);
        var reason = isAway ? failure.Message : "Processing failed for a reason that is not the document's.";
        if (isAway)
        {
            Log.Postponed(logger, lease.Document.Id, reason);
        }
        else
        {
            Log.Failed(logger, lease.Document.Id, failure);
        }

        metrics.Finished(isAway ? "postponed" : "failed");
        await lease.PostponeAsync(reason, options.Value.RetryDelay, countsAsAttempt: !isAway, cancellationToken);
        return lease.Document.Status == DocumentStatus.Failed ? JobOutcome.Failed : JobOutcome.Retried;
    }

    /// <returns>False when the lease was lost before the new version became the searched one.</returns>
    private async Task<bool> IngestAsync(DocumentLease lease, CancellationToken cancellationToken)
    {
        await using var attached = pipeline.Attached();
        var prepared = await pipeline.PrepareAsync(lease.Document, attached, lease.ProgressAsync, cancellationToken);
        try
        {
            var isReady = await pipeline.PublishAsync(
                lease.Document, lease.ProgressAsync, () => lease.ReadyAsync(prepared, cancellationToken), cancellationToken);
            if (isReady)
            {
                metrics.Indexed(lease.Document, prepared.Read);
            }

            return isReady;
        }
        catch (UnreadableDocumentException)
        {
            // Too much is inside of it: a shared index has its points already.
            await changes.AppendAsync(lease.Document.Id, lease.Document.Collection, cancellationToken);
            throw;
        }
    }

    /// <summary>
    /// A shared index may hold points that this run wrote after the document was deleted or replaced. Another change in the
    /// feed makes <see cref="Vectors.Sync.SharedIndexCleanup"/> remove them.
    /// </summary>
    private async Task LostAsync(Document document, CancellationToken cancellationToken)
    {
        metrics.Finished("lost");
        Log.Lost(logger, document.Id);
        await changes.AppendAsync(document.Id, document.Collection, cancellationToken);
    }

    private static partial class Log
    {
        public static Func<ILogger, Guid, IDisposable?> Scope { get; } = LoggerMessage.DefineScope<Guid>("Document {DocumentId}");

        [LoggerMessage(1, LogLevel.Warning, "Document {DocumentId} cannot be read: {Reason}")]
        public static partial void Rejected(ILogger logger, Guid documentId, string reason);

        [LoggerMessage(2, LogLevel.Information, "The lease of document {DocumentId} was lost: it was deleted, replaced or leased by another run")]
        public static partial void Lost(ILogger logger, Guid documentId);

        [LoggerMessage(3, LogLevel.Warning, "Document {DocumentId} waits, because something is away: {Reason}")]
        public static partial void Postponed(ILogger logger, Guid documentId, string reason);

        [LoggerMessage(4, LogLevel.Warning, "Processing of document {DocumentId} failed; it is retried while attempts are left")]
        public static partial void Failed(ILogger logger, Guid documentId, Exception exception);
    }
}
