using RagAspire.Jobs;

namespace RagAspire.Maintenance.Runs;

/// <summary>Enqueues a stored run as a background job. A run whose enqueue failed is found by <see cref="RunRecovery"/>.</summary>
public sealed class MaintenanceEnqueuer(JobEnqueuer jobs)
{
    public void Enqueue(Guid runId) =>
        jobs.TryEnqueue<MaintenanceJob>(runId, job => job.RunAsync(runId, CancellationToken.None));
}
