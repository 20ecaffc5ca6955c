using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Database;

namespace RagAspire.Backups.Dumps;

/// <summary>The tables whose rows a backup contains.</summary>
internal static class ProductTables
{
    /// <summary>All tables by name, with the numbers of their rows.</summary>
    public static async Task<IReadOnlyList<BackupTable>> CountAllAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = await connection.Command("""
            select c.relname::text from pg_class c
            where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and not c.relname = any ($2)
              and not exists (
                select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            order by c.relname
            """, Snapshot.Schema, (string[])["schema_migrations", .. Snapshot.LeftOut])
            .ListAsync(row => row.GetString(0), cancellationToken);
        var tables = new List<BackupTable>();
        foreach (var name in names)
        {
            tables.Add(new BackupTable(name, await CountAsync(connection, name, cancellationToken)));
        }

        return tables;
    }

    /// <summary>The number of rows of one table.</summary>
    public static async Task<long> CountAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var count = connection.Command($"select count(*) from {Snapshot.Schema}.{BackupDatabase.Quote(table)}");
        count.CommandTimeout = 0;
        return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
    }
}
