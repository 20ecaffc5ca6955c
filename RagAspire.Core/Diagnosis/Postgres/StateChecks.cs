using System.Globalization;
using RagAspire.Database;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Whether the database can be used by this version of the product.</summary>
internal static class StateChecks
{
    /// <summary>A standby, a database that was made read-only, and a disk that takes no more.</summary>
    public static async Task<IReadOnlyList<Observation>> WritableAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var recovery = await session.MeasureAsync<bool>("select pg_is_in_recovery()", cancellationToken);
        if (recovery.Value)
        {
            return [new Observation(
                PostgresCodes.Recovery, "The server is in recovery: it is a standby, or replays its WAL, and accepts no writes.",
                [new Evidence(recovery.Query, "true", "false")])];
        }

        var isReadOnly = await session.MeasureAsync<string>("show transaction_read_only", cancellationToken);
        if (isReadOnly.Value == "on")
        {
            return [new Observation(
                PostgresCodes.ReadOnly, "New transactions are read-only (default_transaction_read_only).",
                [new Evidence(isReadOnly.Query, "on", "off")])];
        }

        // A sort that does not fit into its memory writes a temporary file, which a full disk refuses. Nothing is stored.
        await session.ExecuteAsync("set work_mem = '64kB'", cancellationToken);
        await session.ExecuteAsync(
            "select count(*) from (select i from generate_series(1, 60000) i order by i desc offset 0) written", cancellationToken);
        await session.ExecuteAsync("reset work_mem", cancellationToken);
        return [];
    }

    public static async Task<IReadOnlyList<Observation>> VersionAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var version = await session.MeasureAsync<string>("show server_version", cancellationToken);
        return session.Major >= options.MinimumVersion
            ? []
            : [new Observation(
                PostgresCodes.Version, $"The server is PostgreSQL {version.Value}, and at least {options.MinimumVersion} is needed.",
                [new Evidence(version.Query, version.Value!, string.Create(CultureInfo.InvariantCulture, $"{options.MinimumVersion}"))])];
    }

    public static async Task<IReadOnlyList<Observation>> MigrationsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        const string sql = "select name, sha256 from schema_migrations order by name";
        var isThere = await session.ScalarAsync<bool>("select to_regclass('schema_migrations') is not null", cancellationToken);
        var applied = isThere
            ? (await session.ListAsync(sql, row => (row.GetString(0), row.GetString(1)), cancellationToken)).ToDictionary()
            : [];
        var wanted = Migrator.Scripts().ToDictionary(script => script.Name, script => script.Sha256);
        var missing = wanted.Keys.Except(applied.Keys).Order(StringComparer.Ordinal).ToList();
        var edited = wanted.Where(script => applied.TryGetValue(script.Key, out var sha256) && sha256 != script.Value)
            .Select(script => script.Key).ToList();
        if (missing.Count == 0 && edited.Count == 0)
        {
            // A newer version of the product may have added migrations; they are compatible during an update.
            return [];
        }

        var symptom = missing.Count > 0
            ? $"{missing.Count} of {wanted.Count} migrations are missing: {string.Join(", ", missing)}."
            : $"Migrations were applied in another form than this version has: {string.Join(", ", edited)}.";
        return [new Observation(
            PostgresCodes.Migration, symptom,
            [new Evidence(sql, $"{applied.Keys.Intersect(wanted.Keys).Count()} migrations", $"{wanted.Count} migrations")])];
    }

    /// <summary>Checksum failures that the server has counted.</summary>
    public static async Task<IReadOnlyList<Observation>> DamageAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        const string sql = "select coalesce(checksum_failures, 0) from pg_stat_database where datname = current_database()";
        var failures = await session.MeasureAsync<long>(sql, cancellationToken);
        if (failures.Value == 0)
        {
            return [];
        }

        var last = await session.ScalarAsync<DateTime>(
            "select checksum_last_failure from pg_stat_database where datname = current_database()", cancellationToken);
        return [new Observation(
            PostgresCodes.Corrupted,
            $"PostgreSQL has read {failures.Value} pages whose checksum is wrong, the last at {last:u}.",
            [new Evidence(sql, $"{failures.Value} pages", "0 pages")])
        {
            Since = new DateTimeOffset(DateTime.SpecifyKind(last, DateTimeKind.Utc)),
        }];
    }
}
