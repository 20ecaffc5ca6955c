using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>An index with its size and the size that its entries need.</summary>
/// <param name="NeededBytes">Estimated from the planner's statistics; null for indexes other than B-trees.</param>
internal sealed record IndexSize(string Name, string Quoted, long Bytes, long? NeededBytes, bool IsValid)
{
    /// <summary>The share of free space, 0 to 1.</summary>
    public double Bloat => NeededBytes is { } needed && Bytes > 0 ? Math.Max(0, 1 - (needed / (double)Bytes)) : 0;

    public bool NeedsRebuild(DatabaseOptions options) => !IsValid || (Bytes >= options.IndexBytes && Bloat >= options.IndexBloat);

    public string Reason =>
        IsValid ? FormattableString.Invariant($"{Bloat:P0} of {Bytes / 1048576.0:0.#} MiB is free") : "invalid";

    /// <summary>
    /// An entry takes its aligned columns and twelve bytes; a page holds about 8,150 bytes and is filled to 90 %. Equal entries
    /// are stored once and need less, so the estimated bloat is too small rather than too large.
    /// </summary>
    public static Task<List<IndexSize>> AllAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken) => connection.Command("""
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

/// <summary>Rebuilds bloated and invalid indexes concurrently: the old index serves until the new one is complete.</summary>
internal sealed class ReindexStep : IDatabaseStep
{
    public string Title => "indexes";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var indexes = await IndexSize.AllAsync(run.Connection, cancellationToken);
        run.Report.Examined += indexes.Count;
        foreach (var index in indexes.Where(index => index.NeedsRebuild(run.Options)))
        {
            run.Report.Before($"{index.Name}.bytes", index.Bytes);
            run.Progress(0, 1, $"reindex {index.Name}");
            if (run.DryRun)
            {
                run.Report.Changed++;
                run.Report.Note($"{index.Name}: {index.Reason}; would be rebuilt.");
            }
            else if (await run.TryAsync(index.Name, $"reindex index concurrently {index.Quoted}", cancellationToken))
            {
                run.Report.Changed++;
                var bytes = await run.Connection.Command($"select pg_relation_size('{index.Quoted}'::regclass)")
                    .ScalarAsync<long>(cancellationToken);
                run.Report.After($"{index.Name}.bytes", bytes);
                run.Report.Note(FormattableString.Invariant(
                    $"{index.Name}: {index.Reason}; rebuilt, {bytes / 1048576.0:0.#} MiB now."));
            }
        }

        // A rebuild that failed leaves an invalid index.
        await new LeftoverStep().RunAsync(run, cancellationToken);
    }
}
