using System.Diagnostics.Metrics;

namespace RagAspire.Monitoring;

/// <summary>The gauges of <see cref="DatabaseHealth"/>; without series while the database cannot be asked.</summary>
public sealed class DatabaseHealthMetrics
{
    public const string MeterName = "RagAspire.Monitoring.Database";

    private volatile DatabaseHealth? _health;

    public DatabaseHealthMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "rag.database.invalid_indexes", () => Measure(health => health.InvalidIndexes), "{index}", "Indexes that are written and never read");
        meter.CreateObservableGauge(
            "rag.database.blocked_sessions", () => Measure(health => health.BlockedSessions), "{session}",
            "Sessions that have waited for a lock for more than ten seconds");
        meter.CreateObservableGauge(
            "rag.database.dead_row_share", () => Measure(health => health.DeadRowShare), "", "The highest share of dead rows in a table");
        meter.CreateObservableGauge(
            "rag.database.vacuums_overdue", () => Measure(health => health.VacuumsOverdue), "{table}",
            "Tables that autovacuum should have cleaned a day ago");
        meter.CreateObservableGauge(
            "rag.database.transaction_age", () => Measure(health => health.TransactionAge), "{transaction}",
            "Transactions since the oldest frozen row");
        meter.CreateObservableGauge(
            "rag.job.servers", () => Measure(health => health.JobServers), "{server}", "Job servers with a recent heartbeat");
        meter.CreateObservableGauge(
            "rag.job.oldest_failed", () => Measure(health => health.OldestFailedJob), "s", "Age of the longest failed job");
    }

    /// <param name="health">Null withdraws all values.</param>
    public void Update(DatabaseHealth? health) => _health = health;

    private IEnumerable<Measurement<double>> Measure(Func<DatabaseHealth, double?> figure) =>
        _health is { } health && figure(health) is { } value ? [new Measurement<double>(value)] : [];
}
