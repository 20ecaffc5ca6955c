using System.Globalization;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>What the counters of the server's statistics say about the window, and not about the life of the server.</summary>
internal sealed class CounterChecks(CounterHistory counters, DiagnosisWindow window)
{
    private const string Database = "from pg_stat_database where datname = current_database()";

    public async Task<IReadOnlyList<Observation>> DeadlocksAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var (sql, values, growth) = await ReadAsync(session, "deadlocks", Database, cancellationToken);
        return growth is null || CounterHistory.PerHour(growth, window) < options.DeadlocksPerHour ? [] : [new Observation(
            PostgresCodes.Deadlocks,
            string.Create(CultureInfo.InvariantCulture, $"{growth.By[0]} deadlocks since {growth.Since:u}."),
            [new Evidence(
                sql, string.Create(CultureInfo.InvariantCulture, $"{values[0]} deadlocks, {values[0] - growth.By[0]} before"),
                $"{Quantity.PerHour(options.DeadlocksPerHour)} more")])];
    }

    public async Task<IReadOnlyList<Observation>> CacheAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var (sql, values, growth) = await ReadAsync(session, "blks_hit, blks_read", Database, cancellationToken);
        return growth is null || growth.By.Sum() < options.CacheSample || growth.By[0] / growth.By.Sum() >= options.CacheHitShare
            ? []
            : [new Observation(
                PostgresCodes.CacheHits,
                $"{Quantity.Percent(growth.By[0] / growth.By.Sum())} of {Quantity.Number(growth.By.Sum())} blocks came from the buffer cache since {growth.Since:u}.",
                [Share(sql, values, growth, options.CacheHitShare)])];
    }

    public async Task<IReadOnlyList<Observation>> CheckpointsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var (view, columns) = session.Major >= 17
            ? ("pg_stat_checkpointer", "num_requested, num_timed")
            : ("pg_stat_bgwriter", "checkpoints_req, checkpoints_timed");
        var (sql, values, growth) = await ReadAsync(session, columns, $"from {view}", cancellationToken);
        if (growth is null || growth.By.Sum() < options.CheckpointSample
            || growth.By[0] / growth.By.Sum() <= options.RequestedCheckpoints)
        {
            return [];
        }

        var size = await session.ScalarAsync<string>("show max_wal_size", cancellationToken);
        return [new Observation(
            PostgresCodes.Checkpoints,
            $"{Quantity.Percent(growth.By[0] / growth.By.Sum())} of {growth.By.Sum()} checkpoints since {growth.Since:u} were requested and not timed; max_wal_size is {size}.",
            [Share(sql, values, growth, options.RequestedCheckpoints)])];
    }

    /// <summary>The counters as the server has them, with those of the earlier reading.</summary>
    private static Evidence Share(string sql, double[] values, CounterGrowth growth, double limit)
    {
        var before = values.Zip(growth.By, (now, by) => now - by);
        return new Evidence(
            sql,
            string.Create(CultureInfo.InvariantCulture, $"{string.Join(" and ", values)}, {string.Join(" and ", before)} before: {Quantity.Percent(growth.By[0] / growth.By.Sum())}"),
            Quantity.Percent(limit));
    }

    private async Task<(string Sql, double[] Values, CounterGrowth? Growth)> ReadAsync(
        PostgresSession session, string columns, string source, CancellationToken cancellationToken)
    {
        var sql = $"select {columns} {source}";
        var rows = await session.ListAsync(
            $"select coalesce(stats_reset, pg_postmaster_start_time()), array[{columns}]::float8[] {source}",
            row => (Began: row.GetFieldValue<DateTimeOffset>(0), Values: row.GetFieldValue<double[]>(1)),
            cancellationToken);
        return (sql, rows[0].Values, counters.Read(columns, window, rows[0].Began, rows[0].Values));
    }
}
