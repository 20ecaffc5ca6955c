namespace RagAspire.Documents.Intake;

/// <summary>Enqueues the ingestion of a stored document; an interface, so that intake does not depend on ingestion.</summary>
public interface IIngestionEnqueuer
{
    /// <summary>Never throws: an enqueue that fails is recovered by the worker.</summary>
    void Enqueue(Guid documentId);

    /// <summary>No ingestion waits for a worker.</summary>
    bool IsQueueEmpty { get; }
}
