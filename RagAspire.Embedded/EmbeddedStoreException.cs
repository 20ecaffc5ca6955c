namespace RagAspire.Embedded;

/// <summary>A store cannot be found, started or stopped. The message is shown to the user as it is.</summary>
public sealed class EmbeddedStoreException : Exception
{
    public EmbeddedStoreException(string message)
        : base(message)
    {
    }

    public EmbeddedStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
