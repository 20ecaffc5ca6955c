using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>
/// Returns the free space of bloated tables to the file system while they are in use. VACUUM can only cut off empty pages at
/// the end, so the rows there are updated without a change, a few pages at a time: they move to the free space at the front,
/// and VACUUM cuts off the end. VACUUM FULL would lock the table for the whole rewrite.
/// </summary>
internal sealed class ShrinkStep : IDatabaseStep
{
    private const int PageBytes = 8192;
    private const int PagesAtOnce = 4;
    private const int MaxRounds = 4;
    private const int MaxMoves = 400;

    public string Title => "shrink";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        foreach (var table in await TablesAsync(run, cancellationToken))
        {
            run.Report.Examined++;
            if (table.Bytes < run.Options.TableBytes || table.FreeShare < run.Options.TableBloat)
            {
                continue;
            }

            run.Report.Before($"{table.Name}.bytes", table.Bytes);
            if (run.DryRun)
            {
                run.Report.Changed++;
                run.Report.Note(FormattableString.Invariant(
                    $"{table.Name}: {table.FreeShare:P0} of {ByteSize.Format(table.Bytes)} is free and would be returned."));
                continue;
            }

            var bytes = await ShrinkAsync(run, table, cancellationToken);
            run.Report.After($"{table.Name}.bytes", bytes);
            run.Report.Changed += bytes < table.Bytes ? 1 : 0;
            run.Report.Note($"{table.Name}: {ByteSize.Format(table.Bytes)} before, {ByteSize.Format(bytes)} after.");
        }
    }

    private static async Task<long> ShrinkAsync(DatabaseRun run, Table table, CancellationToken cancellationToken)
    {
        // Only free space that VACUUM has recorded can be reused.
        await run.TryAsync(table.Name, $"vacuum (analyze) {table.Quoted}", cancellationToken);
        var bytes = await SizeAsync(run, table, cancellationToken);
        for (var round = 0; round < MaxRounds && bytes > table.NeededBytes * 1.2; round++)
        {
            if (!await MoveTailAsync(run, table, bytes, cancellationToken)
                || !await run.TryAsync(table.Name, $"vacuum (analyze) {table.Quoted}", cancellationToken))
            {
                break;
            }

            var now = await SizeAsync(run, table, cancellationToken);
            if (now >= bytes * 0.98)
            {
                return now;
            }

            bytes = now;
        }

        return bytes;
    }

    /// <returns>False when another session locks rows there; the rest is left for the next run.</returns>
    private static async Task<bool> MoveTailAsync(DatabaseRun run, Table table, long bytes, CancellationToken cancellationToken)
    {
        var first = table.NeededBytes / PageBytes;
        var pages = bytes / PageBytes;
        var throttle = run.Throttle(1, 1);
        for (var page = pages - PagesAtOnce; page > first; page -= PagesAtOnce)
        {
            var at = page;
            run.Progress(pages - at, pages - first, $"shrink {table.Name}");
            if (!await throttle.BatchAsync(_ => MovePagesAsync(run, table, at, cancellationToken), cancellationToken))
            {
                run.Report.Note($"{table.Name}: another session locks rows at its end, the rest is left for the next run.");
                return false;
            }
        }

        return true;
    }

    /// <summary>Updates the rows of a few pages until they are empty; the first updates may land on the same pages.</summary>
    private static async Task<bool> MovePagesAsync(DatabaseRun run, Table table, long page, CancellationToken cancellationToken)
    {
        await using var transaction = await run.Connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await run.Connection.Command("set local lock_timeout = '100ms'; set local synchronous_commit = off")
                .ExecuteAsync(cancellationToken);
            for (var moves = 0; moves < MaxMoves; moves++)
            {
                var moved = await run.Connection.Command($"""
                    update {table.Quoted} set {table.Column} = {table.Column}
                    where ctid >= '({page},0)'::tid and ctid < '({page + PagesAtOnce},0)'::tid
                    """).ExecuteAsync(cancellationToken);
                if (moved == 0)
                {
                    break;
                }
            }

            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (PostgresException ex) when (
            ex.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            return false;
        }
    }

    private static async Task<long> SizeAsync(DatabaseRun run, Table table, CancellationToken cancellationToken) =>
        await run.Connection.Command($"select pg_relation_size('{table.Quoted}'::regclass)")
            .ScalarAsync<long>(cancellationToken);

    /// <summary>Tables with the estimated size of their rows, and a column that can be updated.</summary>
    private static Task<List<Table>> TablesAsync(
        DatabaseRun run, CancellationToken cancellationToken) => run.Connection.Command("""
        select c.relname, format('%I.%I', n.nspname, c.relname), pg_relation_size(c.oid),
            (greatest(c.reltuples, 0) * (28 + ((coalesce(w.width, 32) + 11) / 8 * 8)))::int8, format('%I', a.attname)
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join lateral (
            select attname from pg_attribute
            where attrelid = c.oid and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''
            order by attlen < 0, attnum limit 1) a on true
        left join lateral (
            select sum(avg_width)::int8 as width from pg_stats s
            where s.schemaname = n.nspname and s.tablename = c.relname) w on true
        where c.relkind = 'r' and n.nspname = 'public' and c.reltuples >= 0
        order by pg_relation_size(c.oid) desc
        """).ListAsync(
        row => new Table(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4)),
        cancellationToken);

    private sealed record Table(string Name, string Quoted, long Bytes, long LiveBytes, string Column)
    {
        /// <summary>Includes 10 % of free space.</summary>
        public long NeededBytes => PageBytes + (LiveBytes * 11 / 10);

        public double FreeShare => Bytes == 0 ? 0 : Math.Max(0, 1 - (NeededBytes / (double)Bytes));
    }
}
