using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace RagAspire.Database;

/// <summary>
/// Brings the schema up to date. Each numbered script of this folder is applied once, in one transaction, by one process at a
/// time. A script that was edited after it was applied is an error.
/// </summary>
public sealed partial class Migrator(NpgsqlDataSource dataSource, ILogger<Migrator> logger)
{
    /// <summary>Creates the table of applied scripts.</summary>
    internal const string Register = """
        create table if not exists schema_migrations (
            name text primary key, sha256 text not null, applied_at timestamptz not null default now())
        """;

    public Task MigrateAsync(CancellationToken cancellationToken) => MigrateAsync(withQueue: true, cancellationToken);

    /// <param name="withQueue">False for a database in which no jobs are enqueued. The queue's schema needs the right to create
    /// one.</param>
    internal async Task MigrateAsync(bool withQueue, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.Command("select pg_advisory_lock($1)", AdvisoryLocks.Migration).ExecuteAsync(cancellationToken);
        try
        {
            await connection.Command(Register).ExecuteAsync(cancellationToken);
            var applied = (await connection.Command("select name, sha256 from schema_migrations")
                .ListAsync(row => (Name: row.GetString(0), Sha256: row.GetString(1)), cancellationToken))
                .ToDictionary(script => script.Name, script => script.Sha256);

            foreach (var script in Scripts())
            {
                await ApplyAsync(connection, script, applied.GetValueOrDefault(script.Name), cancellationToken);
            }

            if (withQueue)
            {
                PostgreSqlObjectsInstaller.Install(connection);
            }
        }
        finally
        {
            // The pool releases session locks only when it resets the connection, which is at its next use.
            await connection.Command("select pg_advisory_unlock($1)", AdvisoryLocks.Migration).ExecuteAsync(CancellationToken.None);
        }
    }

    private async Task ApplyAsync(
        NpgsqlConnection connection, Script script, string? appliedSha256, CancellationToken cancellationToken)
    {
        if (appliedSha256 is not null)
        {
            if (appliedSha256 != script.Sha256)
            {
                throw new InvalidOperationException(
                    $"The migration {script.Name} was applied to this database and has been edited since: add a new one instead.");
            }

            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.Command(script.Sql);

        // A script that moves data takes as long as there is data.
        command.CommandTimeout = 0;
        await command.ExecuteAsync(cancellationToken);
        await connection.Command("insert into schema_migrations (name, sha256) values ($1, $2)", script.Name, script.Sha256)
            .ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Log.Applied(logger, script.Name);
    }

    /// <summary>The scripts in order. A restore without PostgreSQL's tools runs those of its backup.</summary>
    internal static IEnumerable<Script> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        const string folder = "RagAspire.Database.Migrations.";
        foreach (var resource in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
            yield return new Script(
                resource[folder.Length..], sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
        }
    }

    internal sealed record Script(string Name, string Sql, string Sha256);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Applied migration {Name}")]
        public static partial void Applied(ILogger logger, string name);
    }
}
