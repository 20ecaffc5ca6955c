using RagAspire.Documents;
using RagAspire.Ingestion.Chunking;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>Brings chunks into PostgreSQL and the index. What an interrupted run has embedded is not embedded again.</summary>
public sealed class ChunkIndexer(
    DocumentStore documents, ChunkWriter chunks, EmbeddingStore embeddings, ChunkEncoder encoder, IVectorIndex index)
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
        var missing = await embeddings.MissingAsync(document.Id, document.Version, encoder.Model, cancellationToken);
        var waiting = stored.Where(chunk => missing.Contains(chunk.Id)).ToList();
        var done = 0;
        foreach (var batch in waiting.Chunk(EmbedBatch))
        {
            var encoded = await encoder.EncodeAsync([.. batch.Select(chunk => (chunk.Id, chunk.Chunk.IndexedText))], cancellationToken);
            await embeddings.SaveAsync(encoded, cancellationToken);
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

    /// <summary>Takes away what search no longer needs: the versions below the ready one, or all of a deleted document.</summary>
    public async Task TidyAsync(Guid documentId, CancellationToken cancellationToken)
    {
        var document = await documents.FindAsync(documentId, cancellationToken);
        if (document is null || document.ReadyVersion is not null)
        {
            await index.RemoveAsync(documentId, document?.ReadyVersion, cancellationToken);
        }
    }
}
