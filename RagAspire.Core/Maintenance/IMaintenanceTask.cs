namespace RagAspire.Maintenance;

/// <summary>
/// One piece of the system's upkeep. It may be stopped anywhere and run again: what it did until then stays done and is
/// consistent. Whatever it cannot reach throws, so that the run ends failed with the reason.
/// </summary>
public interface IMaintenanceTask
{
    /// <summary>As it stands in the schedule, the API and the metrics, such as "database-daily".</summary>
    string Name { get; }

    /// <summary>What it does, in one sentence for the person who looks at the schedule.</summary>
    string Summary { get; }

    /// <summary>It asks the index of its own process, which a process that only runs a command has to load for it.</summary>
    bool NeedsIndex => false;

    /// <summary>Does the work, or in a dry run only finds out what there would be to do.</summary>
    /// <exception cref="OperationCanceledException">Somebody stopped it, or its time limit is over.</exception>
    Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken);
}
