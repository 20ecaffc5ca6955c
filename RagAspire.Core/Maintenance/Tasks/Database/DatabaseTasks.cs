namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>Every night: dead rows, what is kept long enough, rows that belong to nothing, and a look at everything.</summary>
public sealed class DatabaseDaily(DatabaseSteps steps) : IMaintenanceTask
{
    public string Name => "database-daily";

    public string Summary =>
        "Deletes what is kept long enough and what belongs to nothing, vacuums and shrinks tables where it is worth it, and reports sizes, locks and connections.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken) => steps.RunAsync(
        context,
        [new SizeStep(After: false), new RetentionStep(), new OrphanStep(), new VacuumStep(), new ShrinkStep(), new ActivityStep(), new SizeStep(After: true)],
        cancellationToken);
}

/// <summary>Every week: indexes, and statistics of all tables.</summary>
public sealed class DatabaseWeekly(DatabaseSteps steps) : IMaintenanceTask
{
    public string Name => "database-weekly";

    public string Summary =>
        "Builds bloated and invalid indexes anew while they are used, analyses all tables, and reports unused and duplicate indexes.";

    public Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken) => steps.RunAsync(
        context,
        [
            new SizeStep(After: false), new LeftoverStep(), new VacuumStep(), new ShrinkStep(), new AnalyzeStep(), new IndexStep(),
            new ReindexStep(), new SizeStep(After: true),
        ],
        cancellationToken);
}
