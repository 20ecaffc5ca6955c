using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>An index with the size that its entries need.</summary>
/// <param name="NeededBytes">By the planner's statistics; null where they say nothing, as of indexes that are no B-trees.</param>
internal sealed record IndexSize(string Name, string Quoted, long Bytes, long? NeededBytes, bool IsValid)
{
    /// <summary>The share of it that is unused room.</summary>
    public double Bloat => NeededBytes is { } needed && Bytes > 0 ? Math.Max(0, 1 - (needed / (double)Bytes)) : 0;

    public bool IsWorn(DatabaseOptions options) => !IsValid || (Bytes >= options.IndexBytes && Bloat >= options.IndexBloat);

    public string Reason => IsValid ? FormattableString.Invariant($"{Bloat:P0} of {Bytes / 1048576.0:0.#} MiB are unused") : "invalid";

    /// <summary>
    /// An entry is its columns, aligned, with twelve bytes around them; a page holds a little over 8,100 bytes and is
    /// filled to nine tenths. Entries that share a page's room, as equal ones do, need less, so this errs to the safe side.
    /// </summary>
    public static Task<List<IndexSize>> AllAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => connection.Command("""
        select i.relname, format('%I.%I', n.nspname, i.relname), pg_relation_size(i.oid),
            case when am.amname = 'btree' and x.indexprs is null and i.reltuples >= 0
                then (8192 * (2 + ceil(i.reltuples * (12 + (w.width + 7) / 8 * 8) / (8150 * 0.9))))::int8 end,
            x.indisvalid
        from pg_index x
        join pg_class i on i.oid = x.indexrelid
        join pg_namespace n on n.oid = i.relnamespace
        join pg_class t on t.oid = x.indrelid
        join pg_am am on am.oid = i.relam
        join lateral (
            select coalesce(sum(coalesce(s.avg_width, 8)), 8)::int8 as width
            from unnest(x.indkey::int2[]) k(number)
            join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
            left join pg_stats s on s.schemaname = n.nspname and s.tablename = t.relname and s.attname = a.attname) w on true
        where n.nspname = any($1) and i.relname !~ '_cc(new|old)[0-9]*$'
        order by pg_relation_size(i.oid) desc
        """, (object)DatabaseRun.Schemas).ListAsync(
        row => new IndexSize(
            row.GetString(0), row.GetString(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt64(3), row.GetBoolean(4)),
        cancellationToken);
}

/// <summary>Builds worn indexes anew beside the old ones, while those are used.</summary>
internal sealed class ReindexStep : IDatabaseStep
{
    public string Title => "indexes";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var indexes = await IndexSize.AllAsync(run.Connection, cancellationToken);
        run.ReportBuilder.Examined += indexes.Count;
        foreach (var index in indexes.Where(index => index.IsWorn(run.Options)))
        {
            run.ReportBuilder.Before($"{index.Name}.bytes", index.Bytes);
            run.Progress(0, 1, $"reindex {index.Name}");
            if (run.DryRun)
            {
                run.ReportBuilder.Changed++;
                run.ReportBuilder.Note($"{index.Name}: {index.Reason}; would be built anew.");
            }
            else if (await run.TryAsync(index.Name, $"reindex index concurrently {index.Quoted}", cancellationToken))
            {
                run.ReportBuilder.Changed++;
                var bytes = await run.Connection.Command($"select pg_relation_size('{index.Quoted}'::regclass)").ScalarAsync<long>(cancellationToken);
                run.ReportBuilder.After($"{index.Name}.bytes", bytes);
                run.ReportBuilder.Note(FormattableString.Invariant($"{index.Name}: {index.Reason}; built anew, {bytes / 1048576.0:0.#} MiB now."));
            }
        }

        // One that had to give up leaves its half.
        await new LeftoverStep().RunAsync(run, cancellationToken);
    }
}
