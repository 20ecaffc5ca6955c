using System.Globalization;
using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Database;

namespace RagAspire.Backups.Drill;

/// <summary>A database for one drill. What a killed drill left is found by its name, and dropped by the next one.</summary>
internal sealed class DrillDatabase : IAsyncDisposable
{
    private const string Prefix = "ragaspire_drill_";
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly string _name;

    private DrillDatabase(NpgsqlConnectionStringBuilder server, string name) => (_server, _name) = (server, name);

    /// <summary>A drill is in no hurry: of the server's processors it takes one, and leaves the others to those who search.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString)
    {
        Database = _name,
        Options = $"{_server.Options} -c max_parallel_maintenance_workers=0 -c max_parallel_workers_per_gather=0".TrimStart(),
    }.ConnectionString;

    /// <param name="owner">Whose drill it is: several systems may use one server.</param>
    public static async Task<DrillDatabase> CreateAsync(NpgsqlConnectionStringBuilder server, Guid owner, CancellationToken cancellationToken)
    {
        var prefix = $"{Prefix}{owner.ToString("N")[..12]}_";
        await using var connection = await BackupDatabase.OpenAsync(server, cancellationToken);
        foreach (var leftOver in await connection.Command("select datname::text from pg_database where starts_with(datname, $1)", prefix)
            .ListAsync(row => row.GetString(0), cancellationToken))
        {
            await DropAsync(connection, leftOver, cancellationToken);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{TimeProvider.System.GetUtcNow():yyyyMMddHHmmss}");
        await connection.Command($"create database {DumpTable.QuoteName(name)} template template0").ExecuteAsync(cancellationToken);
        return new DrillDatabase(server, name);
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await BackupDatabase.OpenAsync(_server, CancellationToken.None);
        await DropAsync(connection, _name, CancellationToken.None);
    }

    private static async Task DropAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        await connection.Command($"drop database if exists {DumpTable.QuoteName(name)} with (force)").ExecuteAsync(cancellationToken);
}
