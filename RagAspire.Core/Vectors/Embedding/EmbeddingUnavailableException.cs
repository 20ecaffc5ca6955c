namespace RagAspire.Vectors.Embedding;

/// <summary>No embeddings are available now: search falls back to BM25, and ingestion waits.</summary>
/// <param name="reason">The reason for users, without a stack trace.</param>
public sealed class EmbeddingUnavailableException(string reason, Exception? innerException = null)
    : Exception(reason, innerException);
