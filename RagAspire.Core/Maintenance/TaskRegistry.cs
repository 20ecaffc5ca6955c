using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Maintenance;

/// <summary>All tasks by name, with the time they may take.</summary>
public sealed class TaskRegistry
{
    private static readonly TimeSpan Unscheduled = TimeSpan.FromHours(1);

    private readonly Dictionary<string, IMaintenanceTask> _tasks;
    private readonly Schedule _schedule;

    public TaskRegistry(IEnumerable<IMaintenanceTask> tasks, Schedule schedule, TimeProvider time)
    {
        _tasks = tasks.ToDictionary(task => task.Name);
        _schedule = schedule;
        Time = time;
    }

    public IReadOnlyCollection<IMaintenanceTask> All => _tasks.Values;

    /// <summary>The clock that limits are measured by.</summary>
    public TimeProvider Time { get; }

    public IMaintenanceTask? Find(string name) => _tasks.GetValueOrDefault(name);

    /// <summary>The row of a task; one that the schedule does not know runs when somebody wants it.</summary>
    public ScheduleRow RowOf(string task) => _schedule.Find(task) ?? new ScheduleRow(task, null, "UTC", Unscheduled, null, 0);

    public TimeSpan TimeLimit(string task) => RowOf(task).TimeLimit;
}
