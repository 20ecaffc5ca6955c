namespace RagAspire.Documents.Intake;

/// <summary>Whoever processes documents, as seen by whoever takes them in.</summary>
public interface IIngestionEnqueuer
{
    /// <summary>Tells that a stored document waits. Never throws: a nudge that is lost is made up for later.</summary>
    void Nudge(Guid documentId);
}
