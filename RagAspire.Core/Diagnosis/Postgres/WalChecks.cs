namespace RagAspire.Diagnosis.Postgres;

/// <summary>Replication, and the size of the WAL.</summary>
internal static class WalChecks
{
    public static async Task<IReadOnlyList<Observation>> ReplicationAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        if (await session.ScalarAsync<bool>("select pg_is_in_recovery()", cancellationToken))
        {
            return [];
        }

        var replicas = await session.ListAsync(
            """
            select coalesce(nullif(application_name, ''), 'unnamed'), coalesce(state, ''),
                coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(replay_lsn, sent_lsn)), 0)::int8
            from pg_stat_replication where state <> 'backup' order by 3 desc
            """,
            row => (Name: row.GetString(0), State: row.GetString(1), Bytes: row.GetInt64(2)), cancellationToken);
        return [.. replicas.Where(replica => replica.Bytes > options.ReplicationBytes).Select(replica => new Observation(
            PostgresCodes.Replication,
            $"The replica {replica.Name} ({replica.State}) is {Quantity.Mebibytes(replica.Bytes)} of WAL behind.",
            [new Evidence(
                $"select pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) from pg_stat_replication where application_name = '{replica.Name}'",
                Quantity.Bytes(replica.Bytes), Quantity.Bytes(options.ReplicationBytes))])
        {
            Subject = replica.Name,
        })];
    }

    /// <summary>Slots for which WAL is kept, and slots that have lost theirs.</summary>
    public static async Task<IReadOnlyList<Observation>> SlotsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        if (await session.ScalarAsync<bool>("select pg_is_in_recovery()", cancellationToken))
        {
            return [];
        }

        var slots = await session.ListAsync(
            """
            select slot_name, active, coalesce(wal_status, ''), coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::int8
            from pg_replication_slots
            """,
            row => (Name: row.GetString(0), IsActive: row.GetBoolean(1), Status: row.GetString(2), Bytes: row.GetInt64(3)),
                cancellationToken);
        return [.. slots.Where(slot => slot.Status is "lost" or "unreserved" || slot.Bytes > options.ReplicationBytes).Select(slot => new Observation(
            PostgresCodes.Replication,
            $"The replication slot {slot.Name} is {(slot.IsActive ? "" : "not ")}used and keeps {Quantity.Mebibytes(slot.Bytes)} of WAL ({slot.Status}).",
            [new Evidence(
                $"select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) from pg_replication_slots where slot_name = '{slot.Name}'",
                Quantity.Bytes(slot.Bytes), Quantity.Bytes(options.ReplicationBytes))])
        {
            Subject = $"slot {slot.Name}",
            Cause = slot.IsActive ? null : $"Nothing reads the slot {slot.Name}, so its WAL is kept for ever.",
        })];
    }

    /// <summary>An archive command that fails, so that no WAL is removed.</summary>
    public static async Task<IReadOnlyList<Observation>> ArchiveAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var failed = await session.ListAsync(
            """
            select failed_count, last_failed_wal, last_failed_time from pg_stat_archiver
            where last_failed_time > coalesce(last_archived_time, '-infinity')
            """,
            row => (Count: row.GetInt64(0), Wal: row.GetString(1), At: row.GetFieldValue<DateTimeOffset>(2)), cancellationToken);
        return [.. failed.Select(failure => new Observation(
            PostgresCodes.Wal, $"Archiving of {failure.Wal} fails; {failure.Count} attempts have failed.",
            [new Evidence("select failed_count from pg_stat_archiver", Quantity.Count(failure.Count, "failures"))])
        {
            Cause = "The archive command fails, so no WAL is removed: its reason is in the log.",
            Since = failure.At,
        })];
    }

    /// <summary>WAL that is not removed.</summary>
    public static async Task<IReadOnlyList<Observation>> SizeAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        const string sql = "select coalesce(sum(size), 0)::int8 from pg_ls_waldir()";
        var size = await session.MeasureAsync<long>(sql, cancellationToken);
        var most = await session.ScalarAsync<long>("select pg_size_bytes(current_setting('max_wal_size'))", cancellationToken);
        return size.Value <= most * options.WalFactor ? [] : [new Observation(
            PostgresCodes.Wal, $"The WAL takes {Quantity.Mebibytes(size.Value)}, and max_wal_size is {Quantity.Mebibytes(most)}.",
            [new Evidence(sql, Quantity.Bytes(size.Value), Quantity.Bytes((long)(most * options.WalFactor)))])];
    }
}
