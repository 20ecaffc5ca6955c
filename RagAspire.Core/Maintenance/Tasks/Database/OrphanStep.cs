using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>
/// Deletes rows that belong to nothing that can be searched, retried or built: passages and bytes of versions that an
/// interrupted switch left behind. Foreign keys see to all others.
/// </summary>
internal sealed class OrphanStep : IDatabaseStep
{
    private static readonly (string Table, string Key, string Where)[] Orphans =
    [
        ("chunks", "id", """
            exists (select from documents d where d.id = o.document_id and o.version <> d.version
                and o.version is distinct from d.ready_version and d.updated_at < now() - make_interval(days => $1))
            """),
        ("document_contents", "(document_id, version)", """
            o.created_at < now() - make_interval(days => $1) and exists (
                select from documents d where d.id = o.document_id and o.version <> d.version and o.version is distinct from d.ready_version)
            """),
        ("index_order_results", "(run_id, replica_id)", "o.finished_at < now() - make_interval(days => $1 + 30)"),
        ("index_orders", "run_id", "o.ordered_at < now() - make_interval(days => $1 + 30)"),
        ("index_replicas", "id", "o.seen_at < now() - make_interval(days => $1)"),
    ];

    public string Title => "orphans";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        foreach (var (table, key, where) in Orphans)
        {
            var count = await run.Connection.Command($"select count(*) from {table} o where {where}", run.Options.OldVersionDays)
                .ScalarAsync<long>(cancellationToken);
            run.ReportBuilder.Examined += count;
            if (count == 0)
            {
                continue;
            }

            if (!run.DryRun)
            {
                await DeleteAsync(run, table, key, where, cancellationToken);
            }

            run.ReportBuilder.Changed += count;
            run.ReportBuilder.Note(FormattableString.Invariant(
                $"{table}: {count:N0} rows that belong to nothing {(run.DryRun ? "would be deleted" : "deleted")}."));
        }
    }

    private static async Task DeleteAsync(DatabaseRun run, string table, string key, string where, CancellationToken cancellationToken)
    {
        var pace = new Throttle(200, 2_000, run.Time);
        var sql = $"delete from {table} where {key} in (select {key.Trim('(', ')')} from {table} o where {where} limit $2)";
        while (await pace.StepAsync(
            rows => run.Connection.Command(sql, run.Options.OldVersionDays, rows).ExecuteAsync(cancellationToken), cancellationToken) > 0)
        {
            run.Progress(0, 1, $"orphans in {table}");
        }
    }
}
