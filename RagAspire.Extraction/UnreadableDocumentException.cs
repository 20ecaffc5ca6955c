namespace RagAspire.Extraction;

/// <summary>The file cannot be read, and a retry cannot help. The message is shown to its owner.</summary>
public sealed class UnreadableDocumentException(string reason, Exception? innerException = null)
    : Exception(reason, innerException)
{
    /// <summary>Pages of a document without any text, which may be scanned; 0 for a document that cannot be read.</summary>
    public int TextlessPages { get; init; }
}
