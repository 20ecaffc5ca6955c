using System.Diagnostics;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Ingestion.Chunking;
using RagAspire.Ingestion.Extraction;

namespace RagAspire.Ingestion;

/// <summary>Extract, chunk, embed, index: one version of one document from bytes to points.</summary>
public sealed class IngestionPipeline(
    DocumentContents contents, TextExtractor extractor, Chunker chunker, ChunkIndexer indexer, IngestionMetrics metrics)
{
    private const int ExtractFrom = 0, EmbedFrom = 30, IndexFrom = 70, Done = 100;

    /// <summary>Everything but the switch to the new version, which is the claim's.</summary>
    /// <returns>The number of chunks.</returns>
    /// <exception cref="UnreadableDocumentException">The file is at fault.</exception>
    public async Task<int> IngestAsync(DocumentLease claim, CancellationToken cancellationToken)
    {
        var document = claim.Document;
        var extracted = await StageAsync(DocumentStage.Extract, () => ExtractAsync(claim, cancellationToken));

        await claim.ProgressAsync(DocumentStage.Chunk, EmbedFrom, cancellationToken);
        var chunks = await StageAsync(
            DocumentStage.Chunk, () => indexer.StoreAsync(document, chunker.Chunk(extracted), cancellationToken));

        await claim.ProgressAsync(DocumentStage.Embed, EmbedFrom, cancellationToken);
        await StageAsync(DocumentStage.Embed, () => indexer.EmbedAsync(
            document, chunks, share => claim.ProgressAsync(DocumentStage.Embed, Between(EmbedFrom, IndexFrom, share), cancellationToken), cancellationToken));

        await claim.ProgressAsync(DocumentStage.Index, IndexFrom, cancellationToken);
        await StageAsync(DocumentStage.Index, () => indexer.IndexAsync(
            document, share => claim.ProgressAsync(DocumentStage.Index, Between(IndexFrom, Done, share), cancellationToken), cancellationToken));
        return chunks.Count;
    }

    private async Task<ExtractedDocument> ExtractAsync(DocumentLease claim, CancellationToken cancellationToken)
    {
        var document = claim.Document;
        using var file = new TemporaryFile();
        await using (var stream = file.Create())
        {
            if (!await contents.CopyToAsync(document.Id, document.Version, stream, cancellationToken))
            {
                throw new InvalidOperationException("The document's content is gone.");
            }
        }

        await using var reports = new ProgressReports(
            share => claim.ProgressAsync(DocumentStage.Extract, Between(ExtractFrom, EmbedFrom, share), cancellationToken));
        return await extractor.ExtractAsync(file.Path, document.ContentType, reports, cancellationToken);
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

    private static int Between(int from, int to, double share) => from + (int)((to - from) * Math.Clamp(share, 0, 1));
}
