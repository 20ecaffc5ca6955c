using System.Globalization;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>What sessions do to each other.</summary>
internal sealed class SessionChecks(DiagnosisWindow window)
{
    private const int Statement = 200;

    public async Task<IReadOnlyList<Observation>> ConnectionsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        const string sql = """
            select (select count(*) from pg_stat_activity where backend_type = 'client backend')::float8
                / (current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int)
            """;
        var used = await session.MeasureAsync<double>(sql, cancellationToken);
        window.Figures.Add(new Figure(
            "postgresql", "connections in use", "server", Math.Round(100 * used.Value, 1), 100 * options.ConnectionShare, "%", sql));
        if (used.Value < options.ConnectionShare)
        {
            return [];
        }

        var most = await session.ListAsync("""
            select coalesce(nullif(application_name, ''), 'unnamed'), count(*), count(*) filter (where state = 'idle')
            from pg_stat_activity where backend_type = 'client backend' group by 1 order by 2 desc limit 3
            """, row => $"{row.GetString(0)} {row.GetInt64(1)} ({row.GetInt64(2)} idle)", cancellationToken);
        return [new Observation(
            PostgresCodes.Connections,
            $"{Quantity.Percent(used.Value)} of the connections are in use, most by {string.Join(", ", most)}.",
            [new Evidence(sql, Quantity.Percent(used.Value), Quantity.Percent(options.ConnectionShare))])
        {
            Severity = used.Value > 1 - ((1 - options.ConnectionShare) / 10) ? FindingSeverity.Critical : null,
        }];
    }

    public static async Task<IReadOnlyList<Observation>> IdleInTransactionAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken) =>
        await AgedAsync(session, PostgresCodes.IdleInTransaction, "has been idle in its transaction",
            "state in ('idle in transaction', 'idle in transaction (aborted)')", "state_change", options.IdleInTransaction, cancellationToken);

    public static async Task<IReadOnlyList<Observation>> LongTransactionsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken) =>
        await AgedAsync(session, PostgresCodes.LongTransaction, "has had its transaction open",
            "state = 'active' and application_name <> 'pg_dump'", "xact_start", options.LongTransaction, cancellationToken);

    /// <summary>Sessions that wait for a lock, by the session at the root of their chain.</summary>
    public static async Task<IReadOnlyList<Observation>> LocksAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var limit = options.LockWait.TotalSeconds;
        var waits = await session.ListAsync("""
            select a.pid, b.pid, left(a.query, 200), left(b.query, 200), coalesce(b.state, ''),
                coalesce(nullif(b.application_name, ''), 'unnamed'),
                extract(epoch from clock_timestamp() - l.waitstart)::float8, l.waitstart,
                cardinality(pg_blocking_pids(b.pid)) = 0
            from pg_locks l
            join pg_stat_activity a on a.pid = l.pid
            cross join lateral unnest(pg_blocking_pids(a.pid)) as blocking (pid)
            join pg_stat_activity b on b.pid = blocking.pid
            where not l.granted and l.waitstart is not null and a.datname = current_database()
            order by l.waitstart
            """.Replace("l.waitstart", session.Major >= 14 ? "l.waitstart" : "a.query_start", StringComparison.Ordinal),
            row => new Wait(row.GetInt32(0), row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetString(4),
                row.GetString(5),
                row.GetDouble(6), row.GetFieldValue<DateTimeOffset>(7), row.GetBoolean(8)),
            cancellationToken);
        if (waits.Count == 0 || waits.Max(wait => wait.Seconds) < limit)
        {
            return [];
        }

        var root = waits.Find(wait => wait.IsRoot) ?? waits[0];
        const string sql = "select pid, pg_blocking_pids(pid), query from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0";
        var waiting = waits.Select(wait => wait.Pid).Distinct().ToList();
        var longest = waits.MaxBy(wait => wait.Seconds)!;
        return [new Observation(
            PostgresCodes.Locks,
            string.Create(CultureInfo.InvariantCulture, $"{waiting.Count} sessions wait for locks, the longest {longest.Seconds:0} s: process {longest.Pid} ({longest.Query})."),
            [new Evidence(sql, $"processes {string.Join(", ", waiting)} wait", Quantity.Seconds(limit))])
        {
            Cause = $"Process {root.Blocker} of {root.Application} holds the lock; it is {root.State}, and its last statement is: {root.BlockerQuery}",
            Subject = $"process {root.Blocker}",
            Since = longest.Since,
            Severity = longest.Seconds > limit * 6 ? FindingSeverity.Critical : null,
        }];
    }

    private static async Task<IReadOnlyList<Observation>> AgedAsync(
        PostgresSession session, string code, string what, string condition, string column, TimeSpan limit,
            CancellationToken cancellationToken)
    {
        var sql = string.Create(CultureInfo.InvariantCulture, $"""
            select pid, coalesce(nullif(application_name, ''), 'unnamed'), extract(epoch from now() - {column})::int8, {column}, left(query, {Statement})
            from pg_stat_activity
            where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
                and {condition} and {column} < now() - interval '{limit.TotalSeconds} s'
            order by {column} limit 10
            """);
        var rows = await session.ListAsync(
            sql,
            row => (Pid: row.GetInt32(0), Application: row.GetString(1), Seconds: row.GetInt64(2),
                Since: row.GetFieldValue<DateTimeOffset>(3), Query: row.GetString(4)),
            cancellationToken);
        return rows is not [var oldest, ..] ? [] : [new Observation(
            code,
            $"Process {oldest.Pid} of {oldest.Application} {what} for {oldest.Seconds} s{(rows.Count > 1 ? $", and {rows.Count - 1} more" : "")}.",
            [new Evidence(sql, $"{oldest.Seconds} s", Quantity.Seconds(limit))])
        {
            Cause = $"The last statement of process {oldest.Pid} is: {oldest.Query}",
            Subject = $"process {oldest.Pid}",
            Since = oldest.Since,
        }];
    }

    private sealed record Wait(
        int Pid, int Blocker, string Query, string BlockerQuery, string State, string Application, double Seconds,
            DateTimeOffset Since,
        bool IsRoot);
}
