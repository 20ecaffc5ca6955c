namespace RagAspire.Maintenance;

/// <summary>
/// One maintenance task. It may be stopped at any point and run again: work done so far is kept and leaves consistent data.
/// A store that cannot be reached throws, so that the run fails and gives the reason.
/// </summary>
public interface IMaintenanceTask
{
    /// <summary>The name in the schedule, the API and the metrics, such as "database-daily".</summary>
    string Name { get; }

    /// <summary>One sentence about the work, for the list of tasks.</summary>
    string Summary { get; }

    /// <summary>The task searches the in-process index, so a process that only runs a command has to load it first.</summary>
    bool NeedsIndex => false;

    /// <summary>A run may have an argument, such as the name of a source.</summary>
    bool TakesArgument => false;

    /// <summary>Does the work, or in a dry run only reports what would be done.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled, or its time limit is over.</exception>
    /// <exception cref="MaintenanceException">The work cannot be done; the message gives the reason.</exception>
    Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken);
}
