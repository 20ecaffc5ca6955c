using System.Globalization;
using Npgsql;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Finds damaged B-tree indexes by reading them: with amcheck where it is installed, else by a scan of each.</summary>
internal static class IndexDamage
{
    public static async Task<IReadOnlyList<Observation>> FindAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        var found = new List<Observation>();
        if (options.IndexCheck == TimeSpan.Zero)
        {
            return found;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.IndexCheck);
        var statements = await StatementsAsync(session, options, cancellationToken);
        await session.ExecuteAsync(
            "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set max_parallel_workers_per_gather = 0",
            cancellationToken);
        foreach (var (index, statement) in statements)
        {
            if (limit.IsCancellationRequested)
            {
                break;
            }

            try
            {
                await session.ExecuteAsync(statement, cancellationToken);
            }
            catch (PostgresException ex) when (PostgresFailure.Of(ex).Code == PostgresCodes.Corrupted)
            {
                found.Add(new Observation(
                    PostgresCodes.Corrupted, $"The index {index} is damaged: {ex.MessageText}", [new Evidence(statement, ex.MessageText)])
                {
                    Subject = index,
                });
            }
            catch (PostgresException)
            {
                // The index is being dropped, is locked, or takes longer than a statement may; the next one is still examined.
            }
        }

        return found;
    }

    private static async Task<List<(string Index, string Statement)>> StatementsAsync(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken)
    {
        // The extension belongs to a superuser, and an ordinary role may only use it where that was granted.
        var hasAmcheck = await session.ScalarAsync<bool>(
            "select coalesce(has_function_privilege(to_regprocedure('bt_index_check(regclass)'), 'execute'), false)", cancellationToken);
        return await session.ListAsync(
            string.Create(CultureInfo.InvariantCulture, $"""
                select i.indexrelid::regclass::text, i.indrelid::regclass::text,
                    (select string_agg(quote_ident(a.attname), ', ' order by k.n)
                     from unnest(i.indkey::int2[]) with ordinality k (attnum, n)
                     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum)
                from pg_index i
                join pg_class c on c.oid = i.indexrelid
                join pg_am m on m.oid = c.relam and m.amname = 'btree'
                join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema')
                where i.indisvalid and i.indexprs is null and i.indpred is null
                    and pg_relation_size(i.indexrelid) between 1 and {options.IndexCheckBytes}
                order by pg_relation_size(i.indexrelid)
                """),
            row => (row.GetString(0), hasAmcheck
                ? $"select bt_index_check('{row.GetString(0)}'::regclass)"
                : $"select count(*) from (select {row.GetString(2)} from {row.GetString(1)} order by {row.GetString(2)} offset 0) scanned"),
            cancellationToken);
    }
}
