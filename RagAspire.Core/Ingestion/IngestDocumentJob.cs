using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>Makes one stored document searchable. Safe to run twice and to stop anywhere.</summary>
public sealed partial class IngestDocumentJob(
    DocumentLeases claims, IngestionPipeline pipeline, ChunkIndexer indexer, IngestionMetrics metrics, ILogger<IngestDocumentJob> logger)
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
                await TidyIndexAsync(documentId, cancellationToken);
            }
            else
            {
                await LostAsync(documentId, cancellationToken);
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
            await LostAsync(documentId, cancellationToken);
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

    private async Task LostAsync(Guid documentId, CancellationToken cancellationToken)
    {
        metrics.Finished("lost");
        Log.Lost(logger, documentId);
        await TidyIndexAsync(documentId, cancellationToken);
    }

    /// <summary>Takes away what search no longer needs: older versions, or all when the document was deleted meanwhile.</summary>
    private async Task TidyIndexAsync(Guid documentId, CancellationToken cancellationToken)
    {
        try
        {
            await indexer.TidyAsync(documentId, cancellationToken);
        }
        catch (VectorIndexUnavailableException ex)
        {
            Log.NotTidied(logger, documentId, ex.Message);
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

        [LoggerMessage(4, LogLevel.Warning, "What is left of document {DocumentId} stays in the index for now: {Reason}")]
        public static partial void NotTidied(ILogger logger, Guid documentId, string reason);
    }
}
