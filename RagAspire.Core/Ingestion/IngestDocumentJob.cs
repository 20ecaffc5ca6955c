using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Ingestion.Extraction;
using RagAspire.Vectors;

namespace RagAspire.Ingestion;

/// <summary>Makes one stored document searchable. Safe to run twice and to stop anywhere.</summary>
public sealed partial class IngestDocumentJob(
    DocumentClaims claims, IngestionPipeline pipeline, IVectorIndex index, IngestionMetrics metrics, ILogger<IngestDocumentJob> logger)
{
    public async Task RunAsync(Guid documentId, CancellationToken cancellationToken)
    {
        await using var claim = await claims.ClaimAsync(documentId, cancellationToken);
        if (claim is null)
        {
            Log.NotClaimed(logger, documentId);
            return;
        }

        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, claim.Lost);
        try
        {
            var chunks = await pipeline.IngestAsync(claim, held.Token);
            if (await claim.ReadyAsync(chunks, held.Token))
            {
                metrics.Indexed(claim.Document, chunks);
                metrics.Finished("ready");
                await ForgetOldVersionsAsync(claim.Document, cancellationToken);
            }
        }
        catch (UnreadableDocumentException ex)
        {
            // The file is at fault, so a retry cannot help.
            await claim.RejectAsync(ex.Message, cancellationToken);
            metrics.Finished("rejected");
            Log.Rejected(logger, documentId, ex.Message);
        }
        catch (OperationCanceledException) when (claim.Lost.IsCancellationRequested)
        {
            metrics.Finished("lost");
            Log.Lost(logger, documentId);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            // Both escape: the job is retried, and what keeps failing for another reason than an absent dependency ends.
            var absent = ex is EmbeddingUnavailableException or VectorIndexUnavailableException || Unavailability.IsUnavailable(ex);
            await claim.PostponeAsync(absent ? ex.Message : "Processing failed for a reason that is not the document's.", !absent, cancellationToken);
            metrics.Finished(absent ? "postponed" : "failed");
            throw;
        }
    }

    /// <summary>The document is ready; points of older versions that stay now are taken away by the change feed.</summary>
    private async Task ForgetOldVersionsAsync(Document document, CancellationToken cancellationToken)
    {
        try
        {
            await index.RemoveAsync(document.Id, document.Version, cancellationToken);
        }
        catch (VectorIndexUnavailableException ex)
        {
            Log.NotForgotten(logger, document.Id, ex.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Document {DocumentId} is gone, done, or held by another run")]
        public static partial void NotClaimed(ILogger logger, Guid documentId);

        [LoggerMessage(2, LogLevel.Warning, "Document {DocumentId} cannot be read: {Reason}")]
        public static partial void Rejected(ILogger logger, Guid documentId, string reason);

        [LoggerMessage(3, LogLevel.Information, "Document {DocumentId} was deleted, replaced or taken over meanwhile")]
        public static partial void Lost(ILogger logger, Guid documentId);

        [LoggerMessage(4, LogLevel.Warning, "Older versions of document {DocumentId} stay in the index for now: {Reason}")]
        public static partial void NotForgotten(ILogger logger, Guid documentId, string reason);
    }
}
