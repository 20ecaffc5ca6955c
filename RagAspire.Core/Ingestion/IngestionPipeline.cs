using System.Diagnostics;
using RagAspire.Documents;
using RagAspire.Extraction;
using RagAspire.Ingestion.Chunking;
using RagAspire.Ingestion.Extraction;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>Takes the progress of a document.</summary>
/// <param name="percent">0–100 over all stages.</param>
public delegate Task IngestionProgress(DocumentStage stage, int percent, CancellationToken cancellationToken);

/// <summary>The stages extract, chunk, embed and index of one version of one document. Each can be repeated.</summary>
public sealed class IngestionPipeline(
    ContentExtractor extractor,
    Chunker chunker,
    ChunkWriter chunks,
    ChunkEmbedder embedder,
    SharedIndexWriter index,
    IngestionMetrics metrics)
{
    private const int ExtractFrom = 0, ChunkFrom = 30, EmbedFrom = 30, IndexFrom = 70, Done = 100;

    /// <summary>Extracts, chunks and embeds. The result is stored in PostgreSQL and not searched yet.</summary>
    /// <returns>The number of chunks.</returns>
    /// <exception cref="UnreadableDocumentException">The file is at fault.</exception>
    /// <exception cref="EmbeddingUnavailableException">The model cannot be asked now; the document waits.</exception>
    public async Task<int> PrepareAsync(Document document, IngestionProgress progress, CancellationToken cancellationToken)
    {
        var extracted = await StageAsync(DocumentStage.Extract, () => extractor.ExtractAsync(
            document, Share(progress, DocumentStage.Extract, ExtractFrom, ChunkFrom, cancellationToken), cancellationToken));

        await progress(DocumentStage.Chunk, ChunkFrom, cancellationToken);
        var stored = await StageAsync(DocumentStage.Chunk, () => chunks.WriteAsync(
            document.Id, document.Version, chunker.Chunk(extracted), cancellationToken));

        await progress(DocumentStage.Embed, EmbedFrom, cancellationToken);
        await StageAsync(DocumentStage.Embed, async () =>
        {
            await embedder.EmbedAsync(
                document, stored, Share(progress, DocumentStage.Embed, EmbedFrom, IndexFrom, cancellationToken),
                cancellationToken);
            return true;
        });
        return stored.Count;
    }

    /// <summary>Makes the prepared version the searched one; the stage ends with <paramref name="switchVersion"/>.</summary>
    /// <param name="switchVersion">Switches in PostgreSQL and appends the change; false when the lease is lost.</param>
    /// <returns>What <paramref name="switchVersion"/> returned.</returns>
    /// <exception cref="VectorIndexUnavailableException">The shared index cannot be reached now; the document waits.</exception>
    public async Task<bool> PublishAsync(
        Document document, IngestionProgress progress, Func<Task<bool>> switchVersion, CancellationToken cancellationToken)
    {
        await progress(DocumentStage.Index, IndexFrom, cancellationToken);
        return await StageAsync(DocumentStage.Index, async () =>
        {
            await index.WriteAsync(
                document, Share(progress, DocumentStage.Index, IndexFrom, Done, cancellationToken), cancellationToken);
            return await switchVersion();
        });
    }

    private async Task<T> StageAsync<T>(DocumentStage stage, Func<Task<T>> work)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var activity = IngestionTelemetry.Source.StartActivity(stage.Word());
        try
        {
            return await work();
        }
        catch (Exception ex)
        {
            activity?.SetStatus(ActivityStatusCode.Error, ex.GetType().Name);
            throw;
        }
        finally
        {
            metrics.StageTook(stage, startedAt);
        }
    }

    /// <summary>Turns the share of one stage that is done, 0–1, into percent over all stages.</summary>
    private static Func<double, Task> Share(
        IngestionProgress progress, DocumentStage stage, int from, int to, CancellationToken cancellationToken) =>
        share => progress(stage, from + (int)((to - from) * Math.Clamp(share, 0, 1)), cancellationToken);
}
