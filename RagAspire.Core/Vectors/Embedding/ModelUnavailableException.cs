namespace RagAspire.Vectors.Embedding;

/// <summary>The language model gave no answer that can be used; the sources' own sentences still can.</summary>
/// <param name="reason">What a person reads beside the answer: what failed, without a stack.</param>
public sealed class ModelUnavailableException(string reason, Exception? innerException = null)
    : Exception(reason, innerException);
