using System.Security.Cryptography;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Backups.Drill;

/// <summary>
/// The database of one drill. The next drill recognises one that a killed drill left by its name, and drops it.
/// </summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private const string Prefix = "ragaspire_drill_";
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly string _name;

    private ScratchDatabase(NpgsqlConnectionStringBuilder server, string name) => (_server, _name) = (server, name);

    /// <summary>
    /// Parallel workers are switched off, so that the drill takes one of the server's processors and searches the others.
    /// </summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString)
    {
        Database = _name,
        Options = $"{_server.Options} -c max_parallel_maintenance_workers=0 -c max_parallel_workers_per_gather=0".TrimStart(),
    }.ConnectionString;

    /// <param name="installation">The system that drills. Several systems may use one server, and drop only their own
    /// databases.</param>
    public static async Task<ScratchDatabase> CreateAsync(
        NpgsqlConnectionStringBuilder server, Guid installation, CancellationToken cancellationToken)
    {
        var prefix = $"{Prefix}{installation.ToString("N")[..12]}_";
        await using var connection = await BackupDatabase.OpenAsync(server, cancellationToken);
        var leftOvers = await connection.Command("select datname::text from pg_database where starts_with(datname, $1)", prefix)
            .ListAsync(row => row.GetString(0), cancellationToken);
        foreach (var leftOver in leftOvers)
        {
            await DropAsync(connection, leftOver, cancellationToken);
        }

        var name = $"{prefix}{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        await connection.Command($"create database {BackupDatabase.Quote(name)} template template0")
            .ExecuteAsync(cancellationToken);
        return new ScratchDatabase(server, name);
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await BackupDatabase.OpenAsync(_server, CancellationToken.None);
        await DropAsync(connection, _name, CancellationToken.None);
    }

    private static async Task DropAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        await connection.Command($"drop database if exists {BackupDatabase.Quote(name)} with (force)")
            .ExecuteAsync(cancellationToken);
}
