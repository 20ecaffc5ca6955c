using Npgsql;
using RagAspire.Database;

namespace RagAspire.Monitoring;

/// <summary>Figures of the database that the exporter for PostgreSQL does not give.</summary>
/// <param name="InvalidIndexes">Left by an index build that failed: written at every change, never read.</param>
/// <param name="BlockedSessions">Sessions that have waited for a lock of another one for more than ten seconds.</param>
/// <param name="DeadRowShare">The highest share of dead rows among tables with at least 10,000 of them.</param>
/// <param name="VacuumsOverdue">Tables that autovacuum should have cleaned long ago: twice its threshold, for a day.</param>
/// <param name="TransactionAge">Transactions since the oldest frozen row; PostgreSQL stops at two thousand million.</param>
/// <param name="JobServers">Job servers with a heartbeat in the last two minutes; null before the first job server started.</param>
/// <param name="OldestFailedJob">The age of the longest failed job, 0 without one; null like <paramref name="JobServers"/>.</param>
public sealed record DatabaseHealth(
    long InvalidIndexes, long BlockedSessions, double DeadRowShare, long VacuumsOverdue, long TransactionAge,
    long? JobServers, double? OldestFailedJob)
{
    private const string Figures = """
        select
            (select count(*) from pg_index i join pg_class c on c.oid = i.indexrelid
                where not i.indisvalid and c.relkind = 'i'
                    and i.indexrelid not in (select index_relid from pg_stat_progress_create_index)),
            (select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock' and state_change < now() - interval '10 s'),
            (select coalesce(max(n_dead_tup::float8 / (n_dead_tup + n_live_tup)), 0) from pg_stat_user_tables where n_dead_tup >= 10000),
            (select count(*) from pg_stat_user_tables t join pg_class c on c.oid = t.relid
                where t.n_dead_tup > 2 * (current_setting('autovacuum_vacuum_threshold')::float8
                        + current_setting('autovacuum_vacuum_scale_factor')::float8 * greatest(c.reltuples, 0))
                    and coalesce(greatest(t.last_vacuum, t.last_autovacuum), pg_postmaster_start_time()) < now() - interval '1 day'),
            (select max(age(datfrozenxid))::int8 from pg_database),
            to_regclass('hangfire.server') is not null
        """;

    private const string Jobs = """
        select (select count(*) from hangfire.server where lastheartbeat > now() - interval '2 minutes'),
            (select coalesce(max(extract(epoch from now() - s.createdat)), 0)::float8
                from hangfire.job j join hangfire.state s on s.id = j.stateid where j.statename = 'Failed')
        """;

    public static async Task<DatabaseHealth> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var figures = await dataSource.Command(Figures).ListAsync(
            row => (Jobs: row.GetBoolean(5), Health: new DatabaseHealth(
                row.GetInt64(0), row.GetInt64(1), row.GetDouble(2), row.GetInt64(3), row.GetInt64(4), null, null)),
            cancellationToken);
        var (hasJobs, health) = figures[0];
        if (!hasJobs)
        {
            return health;
        }

        var jobs = await dataSource.Command(Jobs).ListAsync(
            row => (Servers: row.GetInt64(0), Oldest: row.GetDouble(1)), cancellationToken);
        return health with { JobServers = jobs[0].Servers, OldestFailedJob = jobs[0].Oldest };
    }
}
