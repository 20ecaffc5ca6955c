using RagAspire.Vectors.Terms;

namespace RagAspire.Vectors.Embedding;

/// <summary>Turns passages into what is stored of them: terms always, a dense vector where there is a model.</summary>
public sealed class ChunkEncoder(Embedder embedder, Bm25Encoder terms)
{
    /// <summary>The embedding model that new vectors come from; null when there is none.</summary>
    public string? Model => embedder.Model;

    /// <exception cref="EmbeddingUnavailableException">The model is configured and cannot be asked now.</exception>
    public async Task<IReadOnlyList<ChunkEmbedding>> EncodeAsync(
        IReadOnlyList<(Guid ChunkId, string Text)> passages, CancellationToken cancellationToken)
    {
        var dense = embedder.Model is not null
            ? await embedder.EmbedDocumentsAsync([.. passages.Select(passage => passage.Text)], done: null, cancellationToken)
            : null;
        return [.. passages.Select((passage, i) => new ChunkEmbedding(passage.ChunkId, Model, dense?[i], terms.Encode(passage.Text)))];
    }
}
