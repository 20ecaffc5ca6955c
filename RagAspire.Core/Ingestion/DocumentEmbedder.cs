using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RagAspire.Documents;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>
/// Computes the vectors of documents that are searched by their words already. Idempotent, and safe to kill anywhere.
/// </summary>
public sealed partial class DocumentEmbedder(
    OutstandingVectors outstanding,
    Embedder embedder,
    SharedIndexWriter index,
    IngestionMetrics stages,
    EmbeddingMetrics metrics,
    ILogger<DocumentEmbedder> logger)
{
    /// <summary>Embeds one batch over as many documents as fill it.</summary>
    /// <returns>False when nothing waits.</returns>
    /// <exception cref="EmbeddingUnavailableException">The model is away; the documents wait.</exception>
    /// <exception cref="VectorIndexUnavailableException">The shared index is away; the documents wait.</exception>
    public async Task<bool> EmbedAsync(CancellationToken cancellationToken)
    {
        if (embedder.Model is not { } model
            || await outstanding.ClaimAsync(model, embedder.BatchSize, cancellationToken) is not { } claimed)
        {
            return false;
        }

        await using var batch = claimed;
        using var activity = IngestionTelemetry.Source.StartActivity(DocumentStage.Embed.Word());
        activity?.SetTag("rag.documents", batch.Documents.Count).SetTag("rag.chunks", batch.Chunks.Count);
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            await EmbedAsync(batch, model, cancellationToken);
            metrics.Embedded(batch.Chunks.Count);
            return true;
        }
        catch (EmbeddingUnavailableException ex) when (ex.IsRefusal)
        {
            // The other documents go on; these are tried again later, one by one.
            activity?.SetStatus(ActivityStatusCode.Error, ex.Message);
            Log.Refused(logger, batch.Documents.Count, ex.Message);
            await outstanding.ReleaseAsync(batch, isRefused: true, CancellationToken.None);
            return true;
        }
        catch (Exception ex)
        {
            activity?.SetStatus(ActivityStatusCode.Error, ex.GetType().Name);
            await outstanding.ReleaseAsync(batch, isRefused: false, CancellationToken.None);
            throw;
        }
        finally
        {
            stages.StageTook(DocumentStage.Embed, startedAt);
        }
    }

    private async Task EmbedAsync(EmbeddingBatch batch, string model, CancellationToken cancellationToken)
    {
        var vectors = await embedder.EmbedDocumentsAsync(
            [.. batch.Chunks.Select(chunk => chunk.Text)], [.. batch.Chunks.Select(chunk => chunk.Usage)], cancellationToken);
        var dense = batch.Chunks.Zip(vectors).ToDictionary(pair => pair.First.Id, pair => pair.Second);
        await index.RewriteAsync([.. dense.Keys], point => point with { Dense = dense[point.ChunkId] }, cancellationToken);
        await outstanding.CompleteAsync(batch, model, vectors, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The embedding model refused a batch of {Documents} documents: {Reason}")]
        public static partial void Refused(ILogger logger, int documents, string reason);
    }
}
