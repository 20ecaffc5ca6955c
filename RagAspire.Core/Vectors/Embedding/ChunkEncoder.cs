using System.Runtime.CompilerServices;
using RagAspire.Vectors.Terms;

namespace RagAspire.Vectors.Embedding;

/// <summary>Encodes chunks for storage: term counts always, a dense vector where there is a model.</summary>
public sealed class ChunkEncoder(Embedder embedder, Bm25Encoder terms)
{
    /// <summary>The embedding model that new vectors come from; null when there is none.</summary>
    public string? Model => embedder.Model;

    /// <summary>Encodes batch by batch, so that each can be stored before the next is embedded.</summary>
    /// <exception cref="EmbeddingUnavailableException">The model is configured and cannot be asked now.</exception>
    public async IAsyncEnumerable<IReadOnlyList<ChunkEmbedding>> EncodeAsync(
        IReadOnlyList<(Guid ChunkId, string Text)> chunks,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var batch in embedder.Batches(chunks))
        {
            var dense = Model is null
                ? null
                : await embedder.EmbedDocumentsAsync(Array.ConvertAll(batch, chunk => chunk.Text), cancellationToken);
            yield return [.. batch.Select(
                (chunk, i) => new ChunkEmbedding(chunk.ChunkId, Model, dense?[i], terms.Encode(chunk.Text)))];
        }
    }
}
