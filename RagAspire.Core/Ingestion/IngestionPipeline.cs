using System.Diagnostics;
using RagAspire.Documents;
using RagAspire.Documents.Children;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Ingestion.Chunking;
using RagAspire.Ingestion.Extraction;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>Takes the progress of a document.</summary>
/// <param name="percent">0–100 over all stages.</param>
public delegate Task IngestionProgress(DocumentStage stage, int percent, CancellationToken cancellationToken);

/// <summary>
/// The stages extract, chunk and index of one version of one document. Each can be repeated. The vectors follow when the
/// document is searched already: <see cref="DocumentEmbedder"/>.
/// </summary>
public sealed class IngestionPipeline(
    ContentExtractor extractor,
    Chunker chunker,
    ChunkWriter chunks,
    SharedIndexWriter index,
    IngestionMetrics metrics,
    Embedder embedder)
{
    private const int ExtractFrom = 0, ChunkFrom = 30, IndexFrom = 70, Done = 100;

    /// <summary>A place for the files inside a document, which the caller disposes when the version is published.</summary>
    public AttachedFiles Attached() => extractor.Attached();

    /// <summary>Extracts and chunks. The result is stored in PostgreSQL and not searched yet.</summary>
    /// <param name="attached">Takes the files that are inside.</param>
    /// <exception cref="UnreadableDocumentException">The file is at fault.</exception>
    public async Task<PreparedVersion> PrepareAsync(
        Document document, AttachedFiles attached, IngestionProgress progress, CancellationToken cancellationToken)
    {
        var extracted = await StageAsync(DocumentStage.Extract, () => extractor.ExtractAsync(
            document,
            attached,
            Share(progress, DocumentStage.Extract, ExtractFrom, ChunkFrom, cancellationToken),
            cancellationToken));

        await progress(DocumentStage.Chunk, ChunkFrom, cancellationToken);
        var stored = await StageAsync(DocumentStage.Chunk, () => chunks.WriteAsync(
            document.Id, document.Version, document.Name, chunker.Chunk(extracted), cancellationToken));

        return new PreparedVersion(
            new ReadDocument(stored.Count, extracted.Warnings ?? [], extracted.Coverage) { Properties = extracted.Properties },
            embedder.Model, chunks.Analysis)
        {
            Attached = attached,
        };
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
