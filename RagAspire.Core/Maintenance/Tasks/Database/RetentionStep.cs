using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>
/// Deletes what is kept long enough, in batches that are over before anybody waits for them: each is a transaction of its
/// own and locks nothing but its rows.
/// </summary>
internal sealed class RetentionStep : IDatabaseStep
{
    public string Title => "retention";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        await AuditAsync(run, cancellationToken);
        foreach (var table in new[] { "searches", "answers" })
        {
            var sql = $"""
                delete from {table} where id in (
                    select id from {table} where created_at < now() - make_interval(days => $1) order by id limit $2)
                """;
            await DeleteAsync(run, table, run.Options.HistoryDays, $"select count(*) from {table} where created_at < now() - make_interval(days => $1)", sql, cancellationToken);
        }

        // The newest change of each collection is its generation, and what an index has not followed yet is not over.
        const string old = """
            changed_at < now() - make_interval(days => $1)
            and seq < coalesce((select min(seq) from index_cursors), 9223372036854775807)
            and exists (select from index_changes newer where newer.collection = index_changes.collection and newer.seq > index_changes.seq)
            """;
        await DeleteAsync(
            run, "index_changes", Math.Max(7, run.Options.HistoryDays), $"select count(*) from index_changes where {old}",
            $"delete from index_changes where seq in (select seq from index_changes where {old} order by seq limit $2)", cancellationToken);
    }

    /// <summary>The audit log may be long: it is gone through in the order of its numbers, and never twice.</summary>
    private static async Task AuditAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var days = run.Options.AuditDays;
        var last = await run.Connection.Command("select max(id) from audit_logs where at < now() - make_interval(days => $1)", days)
            .ScalarAsync<long?>(cancellationToken);
        if (last is null)
        {
            return;
        }

        var count = await run.Connection.Command("select count(*) from audit_logs where at < now() - make_interval(days => $1)", days)
            .ScalarAsync<long>(cancellationToken);
        run.ReportBuilder.Examined += count;
        if (run.DryRun)
        {
            run.ReportBuilder.Changed += count;
            run.ReportBuilder.Note(FormattableString.Invariant($"audit_logs: {count:N0} entries are older than {days} days and would be deleted."));
            return;
        }

        var (deleted, from) = (0L, 0L);
        var pace = new Throttle(1_000, run.Options.BatchRows, run.Time);
        while (from <= last)
        {
            var (gone, next) = await pace.StepAsync(rows => AuditBatchAsync(run, from, last.Value, rows, cancellationToken), cancellationToken);
            deleted += gone;
            from = next;
            run.Progress(deleted, count, "audit log");
        }

        run.ReportBuilder.Changed += deleted;
        run.ReportBuilder.Note(FormattableString.Invariant($"audit_logs: {deleted:N0} entries older than {days} days deleted."));
    }

    /// <returns>How many were deleted, and where the next batch begins.</returns>
    private static async Task<(long Deleted, long Next)> AuditBatchAsync(
        DatabaseRun run, long from, long last, int rows, CancellationToken cancellationToken)
    {
        var result = await run.Connection.Command("""
            with batch as (
                select id, at from audit_logs where id >= $1 and id <= $2 order by id limit $3),
            gone as (
                delete from audit_logs using batch where audit_logs.id = batch.id and batch.at < now() - make_interval(days => $4) returning 1)
            select (select count(*) from gone), coalesce((select max(id) from batch) + 1, $2 + 1)
            """, from, last, rows, run.Options.AuditDays)
            .ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken);
        return result[0];
    }

    private static async Task DeleteAsync(
        DatabaseRun run, string table, int days, string countSql, string deleteSql, CancellationToken cancellationToken)
    {
        var count = await run.Connection.Command(countSql, days).ScalarAsync<long>(cancellationToken);
        run.ReportBuilder.Examined += count;
        if (count == 0 || run.DryRun)
        {
            run.ReportBuilder.Changed += count;
            if (count > 0)
            {
                run.ReportBuilder.Note(FormattableString.Invariant($"{table}: {count:N0} rows are older than {days} days and would be deleted."));
            }

            return;
        }

        var pace = new Throttle(500, Math.Min(5_000, run.Options.BatchRows), run.Time);
        var (deleted, batch) = (0L, 0);
        do
        {
            batch = await pace.StepAsync(rows => run.Connection.Command(deleteSql, days, rows).ExecuteAsync(cancellationToken), cancellationToken);
            deleted += batch;
            run.Progress(deleted, count, table);
        }
        while (batch > 0);
        run.ReportBuilder.Changed += deleted;
        run.ReportBuilder.Note(FormattableString.Invariant($"{table}: {deleted:N0} rows older than {days} days deleted."));
    }
}
