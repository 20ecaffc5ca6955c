using System.Globalization;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>How fast the database and its WAL grow, and whether that fills the disk of the cluster soon.</summary>
/// <param name="sizes">The readings of earlier examinations; without one nothing is known.</param>
/// <param name="disk">The disk of the cluster; null where it is not on this machine.</param>
internal sealed class GrowthChecks(CounterHistory sizes, DiagnosisWindow window, Func<DiskState?> disk)
{
    private const string Database = "select pg_database_size(current_database())";
    private const string Wal = "select coalesce(sum(size), 0)::int8 from pg_ls_waldir()";
    private const string Written = """
        select pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, '0/0')::int8
        """;

    private const string Tables = """
        select relid::regclass::text, pg_total_relation_size(relid) from pg_stat_user_tables
        order by pg_total_relation_size(relid) desc limit 5
        """;

    public async Task<IReadOnlyList<Observation>> DiskAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var database = Read("database", Database, await session.ScalarAsync<long>(Database, cancellationToken));
        var parts = await PartsAsync(session, cancellationToken);
        parts.ForEach(part => Note("growth", part));
        if (Read("WAL written", Written, await session.ScalarAsync<long>(Written, cancellationToken)) is { } written)
        {
            Note("written", written with { Of = "WAL" });
        }

        if (database is null)
        {
            return [];
        }

        var wal = parts.Find(part => part.Query == Wal);
        return Judge(database with { PerHour = database.PerHour + Math.Max(0, wal?.PerHour ?? 0) }, parts, options);
    }

    private IReadOnlyList<Observation> Judge(Growth all, List<Growth> parts, PostgresDiagnosisOptions options)
    {
        var state = disk();
        Note("growth", all with { Of = "database and WAL" }, state?.FreeBytes / options.DiskFullWithin.TotalHours);
        if (state is null || all.PerHour <= 0 || state.FreeBytes / all.PerHour >= options.DiskFullWithin.TotalHours)
        {
            return [];
        }

        var fastest = parts.MaxBy(part => part.PerHour);
        return [new Observation(
            PostgresCodes.Growth,
            string.Create(CultureInfo.InvariantCulture, $"The database and its WAL have grown by {Rate(all)} since {all.Since:u}, and {Quantity.Mebibytes(state.FreeBytes)} are free on the disk of the cluster: it is full in {state.FreeBytes / all.PerHour:0.#} hours."),
            [
                new Evidence($"df -B1 {state.Path}", $"{Quantity.Bytes(state.FreeBytes)} free, +{Rate(all)}", Limit(state, options)),
                .. parts.Where(part => part.PerHour > 0).OrderByDescending(part => part.PerHour)
                    .Select(part => new Evidence(part.Query, $"{Quantity.Bytes(part.Bytes)}, +{Rate(part)}")),
            ])
        {
            Subject = fastest?.Of,
            Cause = fastest is { PerHour: > 0 } ? $"{fastest.Of} grows by {Rate(fastest)}, more than anything else in the cluster." : null,
        }];
    }

    private async Task<List<Growth>> PartsAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        var tables = await session.ListAsync(Tables, row => (Name: row.GetString(0), Bytes: row.GetInt64(1)), cancellationToken);
        var parts = tables
            .Select(table => Read($"table {table.Name}", $"select pg_total_relation_size('{table.Name}'::regclass)", table.Bytes))
            .ToList();

        // A role without pg_monitor may not read it; the check of its size says so.
        if (await session.ScalarAsync<bool>("select has_function_privilege('pg_ls_waldir()', 'execute')", cancellationToken))
        {
            parts.Add(Read("WAL", Wal, await session.ScalarAsync<long>(Wal, cancellationToken)));
        }

        return [.. parts.OfType<Growth>()];
    }

    private Growth? Read(string of, string query, long bytes) => sizes.ReadSize($"size of {of}", window, bytes) is { } growth
        ? new Growth(of, query, bytes, CounterHistory.PerHour(growth, window), growth.Since)
        : null;

    private void Note(string name, Growth growth, double? limit = null) => window.Figures.Add(new Figure(
        "postgresql", name, growth.Of, Mebibytes(growth.PerHour), limit is { } most ? Mebibytes(most) : null, "MiB/h", growth.Query));

    private static double Mebibytes(double bytes) => Math.Round(bytes / (1 << 20), 2);

    private static string Rate(Growth growth) => $"{Quantity.Mebibytes((long)growth.PerHour)} an hour";

    private static string Limit(DiskState disk, PostgresDiagnosisOptions options) =>
        $"{Quantity.Mebibytes((long)(disk.FreeBytes / options.DiskFullWithin.TotalHours))} an hour";

    /// <param name="Bytes">Now.</param>
    /// <param name="PerHour">Bytes; negative where it shrinks.</param>
    /// <param name="Since">The earlier reading.</param>
    private sealed record Growth(string Of, string Query, long Bytes, double PerHour, DateTimeOffset Since);
}
