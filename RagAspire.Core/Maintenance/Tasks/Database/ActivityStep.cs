using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>Reports long transactions, lock waits and used limits; changes nothing.</summary>
internal sealed class ActivityStep : IDatabaseStep
{
    public string Title => "activity";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        await TransactionsAsync(run, cancellationToken);
        await WaitsAsync(run, cancellationToken);
        await LimitsAsync(run, cancellationToken);
    }

    private static async Task TransactionsAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var transactions = await run.Connection.Command("""
            select pid, coalesce(nullif(application_name, ''), 'unnamed'), extract(epoch from now() - xact_start)::int8,
                coalesce(state, '')
            from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and xact_start < now() - $1::interval
            order by xact_start limit 10
            """, run.Options.LongTransaction).ListAsync(
            row => $"{row.GetString(1)} (process {row.GetInt32(0)}, {row.GetString(3)}) for {row.GetInt64(2)} s",
            cancellationToken);
        if (transactions.Count > 0)
        {
            run.Report.Note($"Long transactions, which keep dead rows from being removed: {string.Join("; ", transactions)}.");
        }
    }

    private static async Task WaitsAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var waits = await run.Connection.Command("""
            select a.pid, pg_blocking_pids(a.pid)::text, coalesce(extract(epoch from now() - a.query_start), 0)::int8
            from pg_stat_activity a
            where a.datname = current_database() and cardinality(pg_blocking_pids(a.pid)) > 0 limit 10
            """).ListAsync(
            row => $"process {row.GetInt32(0)} waits for {row.GetString(1)} for {row.GetInt64(2)} s", cancellationToken);
        if (waits.Count > 0)
        {
            run.Report.Note($"Waiting for locks: {string.Join("; ", waits)}.");
        }
    }

    private static async Task LimitsAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var (age, freezeAt) = (await run.Connection.Command("""
            select age(datfrozenxid)::int8, current_setting('autovacuum_freeze_max_age')::int8
            from pg_database where datname = current_database()
            """).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
        const double wraparound = 2_146_483_648;
        run.Report.After("transaction_ids.used_share", age / wraparound);
        if (age > freezeAt * 1.5)
        {
            run.Report.Note(FormattableString.Invariant(
                $"The oldest transaction id has an age of {age:N0}, {age / wraparound:P0} of the limit: autovacuum is behind."));
        }

        var (used, max) = (await run.Connection.Command("""
            select (select count(*) from pg_stat_activity where backend_type = 'client backend'),
                current_setting('max_connections')::int8
            """).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
        run.Report.After("connections.used", used);
        run.Report.After("connections.most", max);
        if (used > max * run.Options.WarnShare)
        {
            run.Report.Note($"{used} of {max} connections are in use.");
        }
    }
}
