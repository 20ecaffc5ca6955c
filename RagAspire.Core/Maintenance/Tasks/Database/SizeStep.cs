using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>Reports the sizes of the database and of its tables with their indexes, before or after the run.</summary>
internal sealed record SizeStep(bool After) : IDatabaseStep
{
    public string Title => "sizes";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var sizes = await run.Connection.Command("""
            select c.relname, pg_total_relation_size(c.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname = 'public'
            union all select 'jobs', coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8
                from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname = 'hangfire'
            union all select 'database', pg_database_size(current_database())
            """).ListAsync(row => (Name: row.GetString(0), Bytes: row.GetInt64(1)), cancellationToken);
        foreach (var (name, bytes) in sizes)
        {
            if (After)
            {
                run.Report.After($"{name}.total_bytes", bytes);
            }
            else
            {
                run.Report.Before($"{name}.total_bytes", bytes);
            }
        }
    }
}
