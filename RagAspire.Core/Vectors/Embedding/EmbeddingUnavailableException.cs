namespace RagAspire.Vectors.Embedding;

/// <summary>No embeddings are available now: search falls back to BM25, and vectors of documents wait.</summary>
/// <param name="reason">The reason for users, without a stack trace.</param>
public sealed class EmbeddingUnavailableException(string reason, Exception? innerException = null)
    : Exception(reason, innerException)
{
    /// <summary>The model answered, and one of the texts may be what it cannot embed.</summary>
    public bool IsRefusal { get; init; }
}
