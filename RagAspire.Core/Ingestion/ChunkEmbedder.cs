using RagAspire.Documents;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>Embeds stored chunks. Chunks that an interrupted run has embedded are not embedded again.</summary>
public sealed class ChunkEmbedder(EmbeddingStore embeddings, ChunkEncoder encoder)
{
    /// <param name="report">Called after each batch with the share that is done, 0–1.</param>
    /// <exception cref="EmbeddingUnavailableException">The model cannot be asked now; the document waits.</exception>
    public async Task EmbedAsync(
        Document document, IReadOnlyList<StoredChunk> chunks, Func<double, Task> report, CancellationToken cancellationToken)
    {
        var missing = await embeddings.MissingAsync(document.Id, document.Version, encoder.Model, cancellationToken);
        var waiting = chunks.Where(chunk => missing.Contains(chunk.Id)).Select(chunk => (chunk.Id, chunk.Chunk.IndexedText))
            .ToList();
        var done = 0;
        await foreach (var batch in encoder.EncodeAsync(waiting, cancellationToken))
        {
            await embeddings.SaveAsync(batch, cancellationToken);
            done += batch.Count;
            await report((double)done / waiting.Count);
        }
    }
}
