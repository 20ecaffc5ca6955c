using System.Security.Cryptography;
using Npgsql;
using RagAspire.Backups.Restore;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Drill;

/// <summary>
/// The database of one drill. The next drill recognises one that a killed drill left by its name, and drops it.
/// </summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private const string Prefix = "ragaspire_drill_";
    private readonly NpgsqlConnectionStringBuilder _server;

    private ScratchDatabase(
        NpgsqlConnectionStringBuilder server, NpgsqlConnectionStringBuilder administration, RestoreLogin login) =>
        (_server, Administration, Login) = (server, administration, login);

    /// <summary>The database as the role that made it.</summary>
    public NpgsqlConnectionStringBuilder Administration { get; }

    /// <summary>The login for the restore and for everything that reads the restored data.</summary>
    public RestoreLogin Login { get; }

    /// <param name="installation">The system that drills. Several systems may use one server, and drop only their own
    /// databases.</param>
    /// <exception cref="MaintenanceException">The server refuses it.</exception>
    public static async Task<ScratchDatabase> CreateAsync(
        NpgsqlConnectionStringBuilder server, Guid installation, BackupOptions options, CancellationToken cancellationToken)
    {
        var prefix = $"{Prefix}{installation.ToString("N")[..12]}_";
        await using var connection = await BackupDatabase.OpenAsync(server, cancellationToken);
        try
        {
            foreach (var leftOver in await LeftOversAsync(connection, prefix, cancellationToken))
            {
                await DropAsync(connection, leftOver, cancellationToken);
            }

            var name = $"{prefix}{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
            await connection.Command($"create database {BackupDatabase.Quote(name)} template template0")
                .ExecuteAsync(cancellationToken);
            return await WithLoginAsync(server, name, options, cancellationToken);
        }
        catch (PostgresException ex)
        {
            throw new MaintenanceException($"The database of the drill cannot be made: {ex.MessageText}", ex);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await BackupDatabase.OpenAsync(_server, CancellationToken.None);
        await DropAsync(connection, Administration.Database!, CancellationToken.None);
    }

    private static async Task<ScratchDatabase> WithLoginAsync(
        NpgsqlConnectionStringBuilder server, string name, BackupOptions options, CancellationToken cancellationToken)
    {
        // Without parallel workers the drill takes one of the server's processors, and searches the others.
        const string settings = "-c max_parallel_maintenance_workers=0 -c max_parallel_workers_per_gather=0";
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Database = name,
            Options = $"{server.Options} {settings}".TrimStart(),
        };
        try
        {
            return new ScratchDatabase(server, database, await RestoreLogin.CreateAsync(database, options, cancellationToken));
        }
        catch
        {
            await using var connection = await BackupDatabase.OpenAsync(server, CancellationToken.None);
            await DropAsync(connection, name, CancellationToken.None);
            throw;
        }
    }

    private static async Task<IReadOnlyList<string>> LeftOversAsync(
        NpgsqlConnection connection, string prefix, CancellationToken cancellationToken) =>
        await connection.Command("select datname::text from pg_database where starts_with(datname, $1)", prefix)
            .ListAsync(row => row.GetString(0), cancellationToken);

    private static async Task DropAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var database = await connection.Command("select oid from pg_database where datname = $1", name)
            .ScalarAsync<uint>(cancellationToken);
        var drop = $"drop database if exists {BackupDatabase.Quote(name)}";
        try
        {
            await connection.Command($"{drop} with (force)").ExecuteAsync(cancellationToken);
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Autovacuum is at work there, which only a superuser may end; without force the server ends it itself.
            await connection.Command(drop).ExecuteAsync(cancellationToken);
        }

        await RestoreLogin.ForgetAsync(connection, database, cancellationToken);
    }
}
