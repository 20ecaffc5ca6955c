using Npgsql;
using RagAspire.Database;

namespace RagAspire.Tests.Support;

/// <summary>Makes a database as an earlier version left it.</summary>
internal static class MigrationRig
{
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
