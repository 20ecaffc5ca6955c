using Microsoft.Extensions.Configuration;

namespace RagAspire.Maintenance.Scheduling;

/// <summary>
/// The schedule, one row for each task. The configuration overrides a row by <c>Maintenance:Schedule:&lt;task&gt;:Cron</c>,
/// <c>:TimeZone</c>, <c>:TimeLimit</c>, <c>:AlertAfter</c>, <c>:Retries</c> and <c>:Enabled</c>, and the zone of all rows by
/// <c>Maintenance:TimeZone</c>. With an empty cron a task runs on request only. An underscore in a task's name stands for a
/// hyphen, because shells do not allow hyphens in the names of variables.
/// </summary>
public sealed class Schedule
{
    public const string Section = "Maintenance";

    private const string Utc = "UTC";

    private readonly Dictionary<string, ScheduleRow> _rows;

    /// <exception cref="ScheduleException">A configured row is invalid; the message names the setting and the reason.</exception>
    public Schedule(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var zone = section["TimeZone"];
        _rows = Defaults.Select(row => zone is null ? row : row with { TimeZone = zone }).ToDictionary(row => row.Task);
        foreach (var configured in section.GetSection("Schedule").GetChildren())
        {
            var task = configured.Key.Replace('_', '-').ToLowerInvariant();
            _rows[task] = _rows.TryGetValue(task, out var row) ? Configured(row, configured) : throw new ScheduleException(
                $"{configured.Path}: there is no task '{task}'; the tasks are {string.Join(", ", _rows.Keys)}.");
        }
    }

    /// <summary>The rows without configuration.</summary>
    public static IReadOnlyList<ScheduleRow> Defaults { get; } =
    [
        new("health-check", "*/5 * * * *", Utc, Minutes(2), Minutes(20), 0),
        new("metrics", "0 * * * *", Utc, Minutes(15), Hours(3)),
        new("clean-up", "0 1 * * *", Utc, Minutes(30), Hours(30)),
        new("database-daily", "0 2 * * *", Utc, Hours(2), Hours(30), 2),
        new("index-reconciliation", "30 2 * * *", Utc, Hours(2), Hours(30), 2),
        new("database-weekly", "0 3 * * 0", Utc, Hours(4), Days(8)),
        new("index-optimization", "30 3 * * 0", Utc, Hours(2), Days(8)),
        new("monthly-report", "0 4 1 * *", Utc, Hours(1), Days(33), 2),
        new("retrieval-evaluation", "30 4 * * *", Utc, Hours(1), Hours(30)),
        new("certificates", "0 5 * * *", Utc, Minutes(10), Hours(30), 2),
        new("backup", "30 5 * * *", Utc, Hours(4), Hours(30), 2),
        new("backup-retention", "0 6 * * *", Utc, Minutes(30), Hours(30)),
        new("restore-drill", "30 6 * * 0", Utc, Hours(4), Days(8)),
        new("backup-verify", null, Utc, Hours(4), null, 0),
        new("source-sync", null, Utc, Hours(12), null, 0),
        new("index-rebuild", null, Utc, Hours(12), null, 0),
        new("re-embedding", null, Utc, Days(7), null, 0),
    ];

    public IReadOnlyCollection<ScheduleRow> Rows => _rows.Values;

    public ScheduleRow? Find(string task) => _rows.GetValueOrDefault(task);

    private static ScheduleRow Configured(ScheduleRow row, IConfigurationSection section)
    {
        ScheduleRow configured;
        try
        {
            configured = row with
            {
                Cron = section["Cron"] switch { null => row.Cron, "" => null, var cron => cron },
                TimeZone = section["TimeZone"] ?? row.TimeZone,
                TimeLimit = section.GetValue("TimeLimit", row.TimeLimit),
                AlertAfter = section.GetValue("AlertAfter", row.AlertAfter),
                Retries = section.GetValue("Retries", row.Retries),
                Enabled = section.GetValue("Enabled", row.Enabled),
            };
        }
        catch (InvalidOperationException ex)
        {
            throw new ScheduleException($"{section.Path}: {ex.Message}", ex);
        }

        return configured.Problem() is { } problem ? throw new ScheduleException($"{section.Path}: {problem}.") : configured;
    }

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static TimeSpan Hours(int hours) => TimeSpan.FromHours(hours);

    private static TimeSpan Days(int days) => TimeSpan.FromDays(days);
}

/// <summary>The configured schedule is invalid.</summary>
public sealed class ScheduleException(string reason, Exception? innerException = null) : Exception(reason, innerException);
