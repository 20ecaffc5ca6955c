namespace RagAspire.Vectors.Embedding;

/// <summary>No embeddings can be had now; search has BM25 to stand on and ingestion waits.</summary>
/// <param name="reason">What a person reads in a status: what failed, without a stack.</param>
public sealed class EmbeddingUnavailableException(string reason, Exception? innerException = null)
    : Exception(reason, innerException);
