namespace RagAspire.Embedded;

/// <summary>A store could not be found, started or stopped. The message is written for the person who ran the command.</summary>
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
