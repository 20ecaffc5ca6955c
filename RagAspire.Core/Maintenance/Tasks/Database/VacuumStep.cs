using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>VACUUM (ANALYZE) of the tables with many dead rows.</summary>
internal sealed class VacuumStep : IDatabaseStep
{
    public string Title => "vacuum";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        foreach (var table in await TablesAsync(run, cancellationToken))
        {
            run.Report.Examined++;
            if (table.Dead < run.Options.DeadRows || table.DeadShare < run.Options.DeadShare)
            {
                continue;
            }

            var note = FormattableString.Invariant($"{table.Name}: {table.Dead:N0} dead rows, {table.DeadShare:P0} of all rows");
            run.Progress(0, 1, $"vacuum {table.Name}");
            if (run.DryRun)
            {
                run.Report.Changed++;
                run.Report.Note($"{note}; would be vacuumed.");
            }
            else if (await run.TryAsync(table.Name, $"vacuum (analyze) {table.Quoted}", cancellationToken))
            {
                run.Report.Changed++;
                run.Report.Note($"{note}; vacuumed.");
            }
        }
    }

    private static async Task<List<Table>> TablesAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        // Deletions of this session reach the statistics a second later, unless the flush is forced.
        await run.Connection.Command("select pg_stat_force_next_flush()").ExecuteAsync(cancellationToken);
        await run.Connection.Command("select 1").ExecuteAsync(cancellationToken);
        return await run.Connection.Command("""
            select case schemaname when 'public' then '' else schemaname || '.' end || relname,
                format('%I.%I', schemaname, relname), n_live_tup, n_dead_tup
            from pg_stat_user_tables where schemaname = any($1) order by n_dead_tup desc
            """, (object)DatabaseRun.Schemas).ListAsync(Read, cancellationToken);
    }

    private static Table Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3));

    private sealed record Table(string Name, string Quoted, long Live, long Dead)
    {
        public double DeadShare => Dead / (double)Math.Max(1, Live + Dead);
    }
}

/// <summary>ANALYZE of all tables, so that the planner's statistics are current.</summary>
internal sealed class AnalyzeStep : IDatabaseStep
{
    public string Title => "analyse";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var tables = await run.Connection.Command(
            "select format('%I.%I', schemaname, relname) from pg_stat_user_tables where schemaname = any($1) order by 1",
            (object)DatabaseRun.Schemas).ListAsync(row => row.GetString(0), cancellationToken);
        foreach (var table in tables)
        {
            if (!run.DryRun)
            {
                await run.TryAsync(table, $"analyze {table}", cancellationToken);
            }
        }

        run.Report.Note($"{tables.Count} tables {run.Done("analysed")}.");
    }
}
