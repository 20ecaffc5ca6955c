using System.Globalization;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Vacuum and statistics of tables, transaction ids, and indexes.</summary>
internal static class StorageChecks
{
    public static async Task<IReadOnlyList<Observation>> DeadRowsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var sql = string.Create(CultureInfo.InvariantCulture, $"""
            select t.relid::regclass::text, t.n_dead_tup, t.n_dead_tup::float8 / (t.n_dead_tup + t.n_live_tup),
                current_setting('autovacuum') = 'off' or exists (
                    select from unnest(c.reloptions) setting where setting in ('autovacuum_enabled=false', 'autovacuum_enabled=off'))
            from pg_stat_user_tables t join pg_class c on c.oid = t.relid
            where t.n_dead_tup >= {options.TableRows} and t.n_dead_tup > (t.n_dead_tup + t.n_live_tup) * {options.DeadShare}
                and coalesce(greatest(t.last_vacuum, t.last_autovacuum), pg_postmaster_start_time())
                    < now() - interval '{options.VacuumDelay.TotalSeconds} s'
            order by t.n_dead_tup desc limit 5
            """);
        var tables = await session.ListAsync(
            sql, row => (Table: row.GetString(0), Rows: row.GetInt64(1), Share: row.GetDouble(2), IsOff: row.GetBoolean(3)),
                cancellationToken);
        return [.. tables.Select(table => new Observation(
            PostgresCodes.DeadRows,
            $"{Quantity.Percent(table.Share)} of the rows of {table.Table} are dead ({table.Rows}), and it was not vacuumed for {Quantity.Seconds(options.VacuumDelay)}.",
            [new Evidence(
                $"select n_dead_tup from pg_stat_user_tables where relid = '{table.Table}'::regclass",
                Quantity.Count(table.Rows, "rows"), Quantity.Count(options.TableRows, "rows"))])
        {
            Subject = table.Table,
            Cause = table.IsOff ? $"Autovacuum is switched off for {table.Table}." : null,
        })];
    }

    /// <summary>Tables whose statistics do not describe them any more, from which the planner makes bad plans.</summary>
    public static async Task<IReadOnlyList<Observation>> StatisticsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var sql = string.Create(CultureInfo.InvariantCulture, $"""
            select relid::regclass::text, n_mod_since_analyze, greatest(last_analyze, last_autoanalyze) is null
            from pg_stat_user_tables
            where n_mod_since_analyze >= {options.TableRows} and n_mod_since_analyze > n_live_tup * {options.StaleShare}
                and coalesce(greatest(last_analyze, last_autoanalyze), pg_postmaster_start_time())
                    < now() - interval '{options.VacuumDelay.TotalSeconds} s'
            order by n_mod_since_analyze desc limit 5
            """);
        var tables = await session.ListAsync(
            sql, row => (Table: row.GetString(0), Rows: row.GetInt64(1), Never: row.GetBoolean(2)), cancellationToken);
        return [.. tables.Select(table => new Observation(
            PostgresCodes.Statistics,
            $"{table.Rows} rows of {table.Table} have changed since it was {(table.Never ? "created, and it was never analyzed" : "analyzed")}.",
            [new Evidence(
                $"select n_mod_since_analyze from pg_stat_user_tables where relid = '{table.Table}'::regclass",
                Quantity.Count(table.Rows, "rows"), Quantity.Count(options.TableRows, "rows"))])
        {
            Subject = table.Table,
        })];
    }

    public static async Task<IReadOnlyList<Observation>> TransactionIdsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        const string sql = """
            select greatest(age(datfrozenxid), mxid_age(datminmxid))::float8 / 2147483648
            from pg_database where datname = current_database()
            """;
        var share = await session.MeasureAsync<double>(sql, cancellationToken);
        if (share.Value < options.TransactionIdShare)
        {
            return [];
        }

        var holder = (await session.ListAsync("""
            select 'process ' || pid || ' has a transaction open' as holder, age(backend_xmin) as age
            from pg_stat_activity where backend_xmin is not null and pid <> pg_backend_pid()
            union all select 'replication slot ' || slot_name, age(xmin) from pg_replication_slots where xmin is not null
            union all select 'prepared transaction ' || gid, age(transaction) from pg_prepared_xacts
            order by age desc limit 1
            """, row => row.GetString(0), cancellationToken)).FirstOrDefault();
        return [new Observation(
            PostgresCodes.TransactionIds,
            $"{Quantity.Percent(share.Value)} of the transaction ids are used since the oldest row was frozen.",
            [new Evidence(sql, Quantity.Percent(share.Value), Quantity.Percent(options.TransactionIdShare))])
        {
            Cause = holder is null ? null : $"VACUUM cannot freeze rows because {holder}.",
            Severity = share.Value > 0.75 ? FindingSeverity.Critical : null,
        }];
    }

    public static async Task<IReadOnlyList<Observation>> InvalidIndexesAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var indexes = await session.ListAsync(InvalidIndexes, row => (Index: row.GetString(0), Table: row.GetString(1)),
            cancellationToken);
        return [.. indexes.Select(index => new Observation(
            PostgresCodes.InvalidIndex, $"The index {index.Index} of {index.Table} is invalid: it is written and never read.",
            [new Evidence($"select indisvalid from pg_index where indexrelid = '{index.Index}'::regclass", "false", "true")])
        {
            Subject = index.Index,
        })];
    }

    /// <summary>Invalid indexes that no session is building now.</summary>
    internal const string InvalidIndexes = """
        select i.indexrelid::regclass::text, i.indrelid::regclass::text
        from pg_index i join pg_class c on c.oid = i.indexrelid
        where not i.indisvalid and c.relkind = 'i' and i.indexrelid not in (select index_relid from pg_stat_progress_create_index)
            and i.indrelid not in (select relid from pg_stat_progress_create_index)
        order by 1
        """;
}
