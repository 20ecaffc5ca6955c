namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>Every night: retention, orphaned rows, VACUUM and a report on activity and sizes.</summary>
public sealed class DatabaseDaily(DatabaseSteps steps) : IMaintenanceTask
{
    public string Name => "database-daily";

    public string Summary =>
        "Deletes expired and orphaned rows, vacuums and shrinks bloated tables, and reports sizes, locks and connections.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken) => steps.RunAsync(
        context,
        [
            new SizeStep(After: false), new RetentionStep(), new OrphanStep(), new VacuumStep(), new ShrinkStep(),
            new ActivityStep(), new SizeStep(After: true),
        ],
        cancellationToken);
}

/// <summary>Every week: indexes, and the statistics of all tables.</summary>
public sealed class DatabaseWeekly(DatabaseSteps steps) : IMaintenanceTask
{
    public string Name => "database-weekly";

    public string Summary =>
        "Rebuilds bloated and invalid indexes concurrently, analyses all tables, and reports unused and duplicate indexes.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken) => steps.RunAsync(
        context,
        [
            new SizeStep(After: false), new LeftoverStep(), new VacuumStep(), new ShrinkStep(), new AnalyzeStep(),
            new IndexStep(), new ReindexStep(), new SizeStep(After: true),
        ],
        cancellationToken);
}
