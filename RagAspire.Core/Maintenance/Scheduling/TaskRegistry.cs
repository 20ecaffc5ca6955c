namespace RagAspire.Maintenance.Scheduling;

/// <summary>All tasks by name, with their rows of the schedule.</summary>
public sealed class TaskRegistry(IEnumerable<IMaintenanceTask> tasks, Schedule schedule)
{
    private static readonly TimeSpan DefaultTimeLimit = TimeSpan.FromHours(1);

    private readonly Dictionary<string, IMaintenanceTask> _tasks = tasks.ToDictionary(task => task.Name);

    public IReadOnlyCollection<IMaintenanceTask> All => _tasks.Values;

    public IMaintenanceTask? Find(string name) => _tasks.GetValueOrDefault(name);

    /// <summary>The row of a task; a task without one runs on request only.</summary>
    public ScheduleRow RowOf(string task) => schedule.Find(task) ?? new ScheduleRow(task, null, "UTC", DefaultTimeLimit, null, 0);

    public TimeSpan TimeLimit(string task) => RowOf(task).TimeLimit;
}
