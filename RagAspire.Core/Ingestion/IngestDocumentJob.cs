namespace RagAspire.Ingestion;

/// <summary>
/// The job that earlier versions enqueued for each document. It does nothing: workers take documents from the table. Kept, so
/// that what is in the queue at an upgrade ends in order.
/// </summary>
public static class IngestDocumentJob
{
    /// <summary>The queue of these jobs.</summary>
    public const string Queue = "default";

    public static Task RunAsync(Guid documentId, CancellationToken cancellationToken) => Task.CompletedTask;
}
