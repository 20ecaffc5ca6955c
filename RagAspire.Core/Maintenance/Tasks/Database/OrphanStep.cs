using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>
/// Deletes rows without an owner: chunks and bytes of versions that an interrupted switch left behind, and old replicas with
/// their commands. Foreign keys take care of all other tables.
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
                select from documents d
                where d.id = o.document_id and o.version <> d.version and o.version is distinct from d.ready_version)
            """),
        ("index_order_results", "(run_id, replica_id)", "o.finished_at < now() - make_interval(days => $1 + 30)"),
        ("index_orders", "run_id", "o.ordered_at < now() - make_interval(days => $1 + 30)"),
        ("index_replicas", "id", "o.seen_at < now() - make_interval(days => $1)"),
    ];

    public string Title => "orphans";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var days = run.Options.OldVersionDays;
        foreach (var (table, key, where) in Orphans)
        {
            var count = await run.Connection.Command($"select count(*) from {table} o where {where}", days)
                .ScalarAsync<long>(cancellationToken);
            run.Report.Examined += count;
            if (count == 0)
            {
                continue;
            }

            if (!run.DryRun)
            {
                var columns = key.Trim('(', ')');
                var sql = $"delete from {table} where {key} in (select {columns} from {table} o where {where} limit $2)";
                await run.Throttle(200, 2_000).DeleteAllAsync(
                    rows => run.Connection.Command(sql, days, rows).ExecuteAsync(cancellationToken),
                    deleted => run.Progress(deleted, count, $"orphans in {table}"),
                    cancellationToken);
            }

            run.Report.Changed += count;
            run.Report.Note(FormattableString.Invariant($"{table}: {count:N0} orphaned rows {run.Done("deleted")}."));
        }
    }
}
