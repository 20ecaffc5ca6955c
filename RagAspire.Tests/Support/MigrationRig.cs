using Npgsql;
using RagAspire.Database;

namespace RagAspire.Tests.Support;

/// <summary>Makes a database as an earlier version left it.</summary>
internal static class MigrationRig
{
    /// <summary>The script that <see cref="UndoAsync"/> undoes.</summary>
    public const string Undone = "0034_groups_of_documents.sql";

    /// <summary>
    /// Takes away what one script has made: the database looks as before it, and the migrator applies it again.
    /// </summary>
    public static async Task UndoAsync(NpgsqlDataSource source)
    {
        var token = TestContext.Current.CancellationToken;
        await source.Command($"""
            drop view searchable_chunks;
            alter table documents drop column groups; alter table api_keys drop column groups;
            alter table document_batches drop column key_id; alter table index_changes drop column labels_changed;
            create unique index documents_content on documents (collection, sha256);
            delete from schema_migrations where name = '{Undone}'
            """).ExecuteAsync(token);
        var view = Migrator.Scripts().Single(script => script.Name == "0007_searchable_chunks.sql").Sql;
        await source.Command(view).ExecuteAsync(token);
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
