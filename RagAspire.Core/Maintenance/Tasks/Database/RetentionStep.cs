using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>
/// Deletes expired rows in short batches. Each batch is a transaction that locks only its own rows, so that writers do not
/// wait for it.
/// </summary>
internal sealed class RetentionStep : IDatabaseStep
{
    public string Title => "retention";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        await AuditAsync(run, cancellationToken);
        foreach (var table in new[] { "searches", "answers" })
        {
            await DeleteAsync(
                run, table, run.Options.HistoryDays,
                $"select count(*) from {table} where created_at < now() - make_interval(days => $1)",
                $"""
                delete from {table} where id in (
                    select id from {table} where created_at < now() - make_interval(days => $1) order by id limit $2)
                """,
                cancellationToken);
        }

        // The newest change of each collection is its generation, and changes after an index's cursor are not applied yet.
        const string expired = """
            changed_at < now() - make_interval(days => $1)
            and seq < coalesce((select min(seq) from index_cursors), 9223372036854775807)
            and exists (
                select from index_changes newer
                where newer.collection = index_changes.collection and newer.seq > index_changes.seq)
            """;
        await DeleteAsync(
            run, "index_changes", Math.Max(7, run.Options.HistoryDays),
            $"select count(*) from index_changes where {expired}",
            $"delete from index_changes where seq in (select seq from index_changes where {expired} order by seq limit $2)",
            cancellationToken);
    }

    /// <summary>The audit log may be long, so it is scanned once in the order of its ids: no batch reads a row twice.</summary>
    private static async Task AuditAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        const string expired = "from audit_logs where at < now() - make_interval(days => $1)";
        var days = run.Options.AuditDays;
        var last = await run.Connection.Command($"select max(id) {expired}", days).ScalarAsync<long?>(cancellationToken);
        if (last is null)
        {
            return;
        }

        var count = await run.Connection.Command($"select count(*) {expired}", days).ScalarAsync<long>(cancellationToken);
        run.Report.Examined += count;
        var (deleted, from) = (run.DryRun ? count : 0L, 0L);
        var throttle = run.Throttle(1_000, run.Options.BatchRows);
        while (!run.DryRun && from <= last)
        {
            var batch = await throttle.BatchAsync(
                rows => AuditBatchAsync(run, from, last.Value, rows, cancellationToken), cancellationToken);
            deleted += batch.Deleted;
            from = batch.Next;
            run.Progress(deleted, count, "audit log");
        }

        run.Report.Changed += deleted;
        Note(run, "audit_logs", deleted, days);
    }

    /// <returns>The number of deleted rows, and the first id of the next batch.</returns>
    private static async Task<(long Deleted, long Next)> AuditBatchAsync(
        DatabaseRun run, long from, long last, int rows, CancellationToken cancellationToken)
    {
        var result = await run.Connection.Command("""
            with batch as (
                select id, at from audit_logs where id >= $1 and id <= $2 order by id limit $3),
            gone as (
                delete from audit_logs using batch
                where audit_logs.id = batch.id and batch.at < now() - make_interval(days => $4) returning 1)
            select (select count(*) from gone), coalesce((select max(id) from batch) + 1, $2 + 1)
            """, from, last, rows, run.Options.AuditDays)
            .ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken);
        return result[0];
    }

    private static async Task DeleteAsync(
        DatabaseRun run, string table, int days, string countSql, string deleteSql, CancellationToken cancellationToken)
    {
        var count = await run.Connection.Command(countSql, days).ScalarAsync<long>(cancellationToken);
        run.Report.Examined += count;
        if (count == 0)
        {
            return;
        }

        var deleted = run.DryRun ? count : await run.Throttle(500, Math.Min(5_000, run.Options.BatchRows)).DeleteAllAsync(
            rows => run.Connection.Command(deleteSql, days, rows).ExecuteAsync(cancellationToken),
            done => run.Progress(done, count, table),
            cancellationToken);
        run.Report.Changed += deleted;
        Note(run, table, deleted, days);
    }

    private static void Note(DatabaseRun run, string table, long count, int days) => run.Report.Note(
        FormattableString.Invariant($"{table}: {count:N0} rows older than {days} days {run.Done("deleted")}."));
}
