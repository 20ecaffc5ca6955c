using Npgsql;
using RagAspire.Database;

namespace RagAspire.Tests.Support;

/// <summary>Makes a database as an earlier version left it.</summary>
internal static class MigrationRig
{
    /// <summary>The script that <see cref="UndoAsync"/> undoes: the newest, because later ones build on earlier ones.</summary>
    public const string Undone = "0038_filtered_columns.sql";

    /// <summary>
    /// Takes away what one script has made: the database looks as before it, and the migrator applies it again.
    /// </summary>
    public static async Task UndoAsync(NpgsqlDataSource source)
    {
        Assert.Equal(Undone, Migrator.Scripts().Last().Name);
        await source.Command($"""
            drop index documents_name, documents_content_type, documents_size, documents_created;
            delete from schema_migrations where name = '{Undone}'
            """).ExecuteAsync(TestContext.Current.CancellationToken);
    }

    /// <param name="until">The last script to apply.</param>
    public static async Task ApplyAsync(NpgsqlDataSource source, string until)
    {
        var token = TestContext.Current.CancellationToken;
        await source.Command(Migrator.Register).ExecuteAsync(token);
        foreach (var script in Migrator.Scripts().Where(script => string.CompareOrdinal(script.Name, until) <= 0))
        {
            await source.Command(script.Sql).ExecuteAsync(token);
            await source.Command("insert into schema_migrations (name, sha256) values ($1, $2)", script.Name, script.Sha256)
                .ExecuteAsync(token);
        }
    }
}
