using Hangfire.States;
using RagAspire.Documents.Intake;
using RagAspire.Jobs;

namespace RagAspire.Ingestion;

/// <summary>Enqueues ingestion as a background job.</summary>
public sealed class IngestionEnqueuer(JobEnqueuer jobs) : IIngestionEnqueuer
{
    public bool IsQueueEmpty => jobs.IsEmpty(EnqueuedState.DefaultQueue);

    public void Enqueue(Guid documentId) =>
        jobs.TryEnqueue<IngestDocumentJob>(documentId, job => job.RunAsync(documentId, CancellationToken.None));
}
