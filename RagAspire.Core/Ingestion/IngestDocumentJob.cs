using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Ingestion.Extraction;
using RagAspire.Vectors;

namespace RagAspire.Ingestion;

/// <summary>Makes one stored document searchable. Idempotent, and safe to kill anywhere.</summary>
public sealed partial class IngestDocumentJob(
    DocumentLeases leases,
    IngestionPipeline pipeline,
    DocumentChanges changes,
    IngestionMetrics metrics,
    ILogger<IngestDocumentJob> logger)
{
    public async Task RunAsync(Guid documentId, CancellationToken cancellationToken)
    {
        await using var lease = await leases.AcquireAsync(documentId, cancellationToken);
        if (lease is null)
        {
            Log.NotLeased(logger, documentId);
            return;
        }

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
        }
        catch (UnreadableDocumentException ex)
        {
            // The file is at fault, so a retry cannot help.
            await lease.RejectAsync(ex.Message, cancellationToken);
            metrics.Finished("rejected");
            Log.Rejected(logger, documentId, ex.Message);
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested)
        {
            await LostAsync(lease.Document, cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            // The exception goes on to Hangfire, which retries the job. Only failures of our own use up attempts.
            var isAway = ex is VectorIndexUnavailableException or SandboxUnavailableException
                || Unavailability.IsUnavailable(ex);
            var reason = isAway ? ex.Message : "Processing failed for a reason that is not the document's.";
            await lease.PostponeAsync(reason, countsAsAttempt: !isAway, cancellationToken);
            metrics.Finished(isAway ? "postponed" : "failed");
            throw;
        }
    }

    /// <returns>False when the lease was lost before the new version became the searched one.</returns>
    private async Task<bool> IngestAsync(DocumentLease lease, CancellationToken cancellationToken)
    {
        var prepared = await pipeline.PrepareAsync(lease.Document, lease.ProgressAsync, cancellationToken);
        var isReady = await pipeline.PublishAsync(
            lease.Document, lease.ProgressAsync, () => lease.ReadyAsync(prepared, cancellationToken), cancellationToken);
        if (isReady)
        {
            metrics.Indexed(lease.Document, prepared.Read);
        }

        return isReady;
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
        [LoggerMessage(1, LogLevel.Debug, "Document {DocumentId} is gone, done, or leased by another run")]
        public static partial void NotLeased(ILogger logger, Guid documentId);

        [LoggerMessage(2, LogLevel.Warning, "Document {DocumentId} cannot be read: {Reason}")]
        public static partial void Rejected(ILogger logger, Guid documentId, string reason);

        [LoggerMessage(3, LogLevel.Information, "The lease of document {DocumentId} was lost: it was deleted, replaced or leased by another run")]
        public static partial void Lost(ILogger logger, Guid documentId);
    }
}
