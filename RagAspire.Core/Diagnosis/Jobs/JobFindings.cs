namespace RagAspire.Diagnosis.Jobs;

/// <summary>The findings about background jobs; docs/diagnostics has a page for each.</summary>
internal static class JobFindings
{
    public static IReadOnlyList<FindingDefinition> All { get; } =
    [
        new(JobCodes.NoServer, "No worker processes jobs", FindingSeverity.Critical,
            "Uploads are accepted and wait; nothing is maintained and no backup is made.",
            "The worker is down, or cannot reach PostgreSQL.",
            [
                "Start the worker.",
                "If it runs, read its log: it names what it cannot reach.",
            ],
            ["RAG-D081", "RAG-D082", "RAG-D083", "RAG-D085", "RAG-D090", "RAG-D091", "RAG-D104"]),
        new(JobCodes.DeadServer, "A worker has stopped reporting", FindingSeverity.Warning,
            "Its jobs are taken over after Jobs:Invisibility; fewer run at once.",
            "The process was killed or its machine was lost.",
            [
                "See whether the process runs; restart it when it hangs.",
                "If it was ended on purpose, the entry disappears by itself.",
            ],
            []),
        new(JobCodes.QueueLong, "A job queue is long", FindingSeverity.Warning,
            "Maintenance tasks run late.",
            "Jobs arrive faster than the workers process them.",
            [
                "Add a worker, or raise Jobs:MaintenanceWorkers.",
                "See whether jobs fail and come again.",
            ],
            ["RAG-D083"]),
        new(JobCodes.QueueOld, "A job has waited for long", FindingSeverity.Warning,
            "The task behind it is late.",
            "The workers are busy with other jobs or do not serve this queue.",
            [
                "Look at the running jobs at /hangfire.",
                "Add a worker, or raise Jobs:MaintenanceWorkers.",
            ],
            ["RAG-D090"]),
        new(JobCodes.Failing, "Jobs fail", FindingSeverity.Warning,
            "What they do is not done; after the last retry a person has to start them again.",
            "A store or a model is away, or the input makes them fail each time.",
            [
                "Read the exception at /hangfire under Failed.",
                "After a repair, choose Requeue there.",
            ],
            []),
        new(JobCodes.Overdue, "A scheduled task has not succeeded in time", FindingSeverity.Warning,
            "What the task takes care of decays: space, statistics, backups, certificates.",
            "Its runs fail, or no worker runs it.",
            [
                "Look at its last runs: GET /api/v1/operations/maintenance/runs?task=NAME.",
                "Run it now: maintain NAME.",
            ],
            ["RAG-D104"]),
        new(JobCodes.Stuck, "A maintenance run sends no heartbeats", FindingSeverity.Warning,
            "The task cannot start again until the run has been ended.",
            "Its worker was killed or hangs.",
            [
                "Start a worker: it ends runs of dead workers by itself.",
                "Or cancel the run: POST /api/v1/operations/maintenance/runs/ID/cancel.",
            ],
            ["RAG-D085"]),
    ];
}
