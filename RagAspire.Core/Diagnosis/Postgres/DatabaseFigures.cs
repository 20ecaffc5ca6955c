using Npgsql;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>The figures of a healthy or unhealthy database that an operator reads first.</summary>
internal static class DatabaseFigures
{
    private static readonly (string Name, string Query)[] Queries =
    [
        ("connections in use", "select count(*)::text from pg_stat_activity where backend_type = 'client backend'"),
        ("connections at most", "select current_setting('max_connections')"),
        ("longest transaction", """
            select coalesce(round(extract(epoch from max(now() - xact_start)))::text || ' s', 'none') from pg_stat_activity
            where backend_type = 'client backend' and pid <> pg_backend_pid()
            """),
        ("sessions that wait for a lock", "select count(*)::text from pg_stat_activity where wait_event_type = 'Lock'"),
        ("size of the database", "select pg_size_pretty(pg_database_size(current_database()))"),
        ("blocks from the buffer cache", """
            select round(100.0 * blks_hit / greatest(1, blks_hit + blks_read), 2)::text || ' %'
            from pg_stat_database where datname = current_database()
            """),
        ("deadlocks", "select deadlocks::text from pg_stat_database where datname = current_database()"),
        ("temporary files", """
            select temp_files::text || ', ' || pg_size_pretty(temp_bytes) from pg_stat_database where datname = current_database()
            """),
        ("transaction ids used", """
            select round(100.0 * age(datfrozenxid) / 2147483648, 2)::text || ' %' from pg_database where datname = current_database()
            """),
        ("WAL on disk", "select pg_size_pretty(coalesce(sum(size), 0)) from pg_ls_waldir()"),
        ("WAL written", "select pg_size_pretty(wal_bytes) || ' since ' || date_trunc('minute', stats_reset)::text from pg_stat_wal"),
        ("checksum failures", """
            select coalesce(checksum_failures::text, 'checksums are off') from pg_stat_database where datname = current_database()
            """),
        ("replicas", "select count(*)::text from pg_stat_replication"),
        ("started", "select date_trunc('second', pg_postmaster_start_time())::text"),
    ];

    private const string Table = """
        pg_size_pretty(pg_total_relation_size(relid)) || ', ' || n_live_tup || ' rows, ' || n_dead_tup || ' dead, '
        || n_tup_ins || ' inserted' from pg_stat_user_tables
        """;

    private const string Tables =
        $"select relid::regclass::text, {Table} order by pg_total_relation_size(relid) desc limit 5";

    public static async Task ReadAsync(PostgresSession session, List<DatabaseFigure> figures, CancellationToken cancellationToken)
    {
        foreach (var (name, query) in Queries)
        {
            try
            {
                if (await session.ScalarAsync<string>(query, cancellationToken) is { } value)
                {
                    figures.Add(new DatabaseFigure(name, value, query));
                }
            }
            catch (PostgresException ex)
                when (ex.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedTable)
            {
                // The role may not read it, or the server is of a version without it.
            }
        }

        figures.AddRange(await session.ListAsync(
            Tables,
            row => new DatabaseFigure(
                $"table {row.GetString(0)}", row.GetString(1), $"select {Table} where relid = '{row.GetString(0)}'::regclass"),
            cancellationToken));
    }
}
