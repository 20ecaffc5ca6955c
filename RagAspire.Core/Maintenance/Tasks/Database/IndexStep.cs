using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>Drops the invalid indexes that an interrupted REINDEX CONCURRENTLY leaves behind.</summary>
internal sealed class LeftoverStep : IDatabaseStep
{
    public string Title => "left-over indexes";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        // An index that is being built now looks the same, but is listed as in progress.
        var leftovers = await run.Connection.Command("""
            select format('%I.%I', n.nspname, i.relname) from pg_index x
            join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
            where not x.indisvalid and i.relname ~ '_cc(new|old)[0-9]*$' and n.nspname = any($1)
              and not exists (select from pg_stat_progress_create_index p where p.relid = x.indrelid)
            """, (object)DatabaseRun.Schemas).ListAsync(row => row.GetString(0), cancellationToken);
        foreach (var index in leftovers)
        {
            run.Report.Examined++;
            if (run.DryRun || await run.TryAsync(index, $"drop index concurrently if exists {index}", cancellationToken))
            {
                run.Report.Changed++;
                run.Report.Note($"{index}: left by an interrupted rebuild, {run.Done("dropped")}.");
            }
        }
    }
}

/// <summary>Reports unused and duplicate indexes.</summary>
internal sealed class IndexStep : IDatabaseStep
{
    public string Title => "index use";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var unused = await run.Connection.Command("""
            select format('%s on %s (%s)', s.indexrelname, s.relname, pg_size_pretty(pg_relation_size(s.indexrelid)))
            from pg_stat_user_indexes s join pg_index x on x.indexrelid = s.indexrelid
            where s.idx_scan = 0 and not x.indisunique and s.schemaname = any($1) and pg_relation_size(s.indexrelid) > 65536
            order by pg_relation_size(s.indexrelid) desc
            """, (object)DatabaseRun.Schemas).ListAsync(row => row.GetString(0), cancellationToken);
        var since = await run.Connection.Command("""
            select coalesce(to_char(stats_reset, 'YYYY-MM-DD'), 'the beginning')
            from pg_stat_database where datname = current_database()
            """).ScalarAsync<string>(cancellationToken);
        if (unused.Count > 0)
        {
            run.Report.Note($"Not used since {since}: {string.Join(", ", unused)}.");
        }

        var duplicates = await run.Connection.Command("""
            select string_agg(i.relname, ', ' order by i.oid) from pg_index x
            join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
            where n.nspname = any($1)
            group by x.indrelid, i.relam, x.indkey::text, x.indclass::text, x.indoption::text, x.indcollation::text,
                coalesce(pg_get_expr(x.indexprs, x.indrelid), ''), coalesce(pg_get_expr(x.indpred, x.indrelid), '')
            having count(*) > 1
            """, (object)DatabaseRun.Schemas).ListAsync(row => row.GetString(0), cancellationToken);
        foreach (var same in duplicates)
        {
            run.Report.Note($"Duplicate indexes: {same}.");
        }
    }
}
