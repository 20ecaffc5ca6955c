using RagAspire.Documents;
using RagAspire.Ingestion.Chunking;
using RagAspire.Vectors;

namespace RagAspire.Ingestion;

/// <summary>Brings chunks into PostgreSQL and the index. What an interrupted run has embedded is not embedded again.</summary>
public sealed class ChunkIndexer(
    ChunkWriter chunks, EmbeddingStore embeddings, Embedder embedder, Bm25Encoder encoder, IVectorIndex index)
{
    private const int EmbedBatch = 32;
    private const int IndexBatch = 256;

    public Task<IReadOnlyList<StoredChunk>> StoreAsync(
        Document document, IReadOnlyList<Chunk> passages, CancellationToken cancellationToken) =>
        chunks.WriteAsync(document.Id, document.Version, passages, cancellationToken);

    /// <exception cref="EmbeddingUnavailableException">The model cannot be asked now; the document waits.</exception>
    public async Task<int> EmbedAsync(
        Document document, IReadOnlyList<StoredChunk> stored, Func<double, Task> report, CancellationToken cancellationToken)
    {
        var missing = await embeddings.MissingAsync(document.Id, document.Version, embedder.Model, cancellationToken);
        var waiting = stored.Where(chunk => missing.Contains(chunk.Id)).ToList();
        var done = 0;
        foreach (var batch in waiting.Chunk(EmbedBatch))
        {
            var texts = batch.Select(chunk => chunk.Chunk.IndexedText).ToList();
            var dense = embedder.IsConfigured ? await embedder.EmbedDocumentsAsync(texts, cancellationToken) : null;
            await embeddings.SaveAsync(
                [.. batch.Select((chunk, i) => new ChunkEmbedding(chunk.Id, embedder.Model, dense?[i], encoder.Encode(texts[i])))],
                cancellationToken);
            done += batch.Length;
            await report((double)done / waiting.Count);
        }

        return done;
    }

    /// <exception cref="VectorIndexUnavailableException">The index cannot be reached now; the document waits.</exception>
    public async Task<int> IndexAsync(Document document, Func<double, Task> report, CancellationToken cancellationToken)
    {
        var points = await embeddings.PointsAsync(document.Id, document.Version, cancellationToken);
        var done = 0;
        foreach (var batch in points.Chunk(IndexBatch))
        {
            await index.UpsertAsync(batch, cancellationToken);
            done += batch.Length;
            await report((double)done / points.Count);
        }

        return done;
    }
}
