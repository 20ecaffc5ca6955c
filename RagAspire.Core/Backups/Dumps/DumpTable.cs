using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Dumps;

/// <summary>One table to be written.</summary>
/// <param name="Columns">All but those that PostgreSQL computes itself.</param>
/// <param name="Rows">In the snapshot.</param>
public sealed record DumpTable(uint Oid, string Name, IReadOnlyList<string> Columns, long Rows)
{
    /// <summary>As SQL says it.</summary>
    public string Sql => QuoteName(Name);

    public string ColumnList => string.Join(", ", Columns.Select(QuoteName));

    public static string QuoteName(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The tables of the product, each after those that it refers to, with what they hold now.</summary>
    public static async Task<IReadOnlyList<DumpTable>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = await connection.Command("""
            select c.oid, c.relname::text, coalesce(
                (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), '{}')
            from pg_class c
            where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and not c.relname = any ($2)
              and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            order by c.relname
            """, Snapshot.Schema, (string[])["schema_migrations", .. Snapshot.LeftOut])
            .ListAsync(row => new DumpTable(row.GetFieldValue<uint>(0), row.GetString(1), row.GetFieldValue<string[]>(2), 0), cancellationToken);
        var references = (await connection.Command("""
            select conrelid, confrelid from pg_constraint where contype = 'f' and conrelid <> confrelid
            """).ListAsync(row => (From: row.GetFieldValue<uint>(0), To: row.GetFieldValue<uint>(1)), cancellationToken))
            .ToLookup(reference => reference.From, reference => reference.To);

        var counted = new List<DumpTable>();
        foreach (var table in InOrder(tables, references))
        {
            counted.Add(table with { Rows = await CountAsync(connection, table.Name, cancellationToken) });
        }

        return counted;
    }

    public static async Task<long> CountAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var count = connection.Command($"select count(*) from {Snapshot.Schema}.{QuoteName(table)}");
        count.CommandTimeout = 0;
        return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
    }

    private static List<DumpTable> InOrder(List<DumpTable> tables, ILookup<uint, uint> references)
    {
        var ordered = new List<DumpTable>();
        var waiting = tables.ToDictionary(table => table.Oid);
        while (waiting.Count > 0)
        {
            var free = waiting.Values.Where(table => !references[table.Oid].Any(waiting.ContainsKey)).ToList();
            if (free.Count == 0)
            {
                throw new MaintenanceException(
                    $"The tables {string.Join(", ", waiting.Values.Select(table => table.Name))} refer to each other in a circle, which COPY cannot restore: install pg_dump.");
            }

            ordered.AddRange(free);
            free.ForEach(table => waiting.Remove(table.Oid));
        }

        return ordered;
    }
}
