using CliWrap;
using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Dumps;

/// <summary>Dumps and restores the database with pg_dump and pg_restore, in pg_dump's custom format.</summary>
public sealed class PgDump(PostgresTools tools)
{
    private const string FileName = "database.dump";

    /// <summary>Finds the pg_dump for a server.</summary>
    /// <exception cref="MaintenanceException">No pg_dump of the server's version or a later one is installed.</exception>
    public async Task<PostgresTool> RequireToolAsync(string serverVersion, CancellationToken cancellationToken) =>
        await tools.FindAsync("pg_dump", PostgresTools.Major(serverVersion), cancellationToken)
        ?? throw new MaintenanceException(
            $"Backups need pg_dump of PostgreSQL {PostgresTools.Major(serverVersion)} or later, which is not installed: "
            + "install PostgreSQL's client programs, or set Backups:ToolsDirectory to their directory.");

    /// <summary>Writes the snapshot to one file.</summary>
    /// <param name="database">The connection string of the snapshot's database.</param>
    /// <returns>The version of pg_dump.</returns>
    /// <exception cref="MaintenanceException">pg_dump is missing or failed, or the file cannot be written.</exception>
    public async Task<string> WriteAsync(
        Snapshot snapshot, NpgsqlConnectionStringBuilder database, BackupWriter writer, CancellationToken cancellationToken)
    {
        var tool = await RequireToolAsync(snapshot.Connection.ServerVersion, cancellationToken);
        var command = tool.Command(
            database,
            [
                "--format=custom", "--compress=1", $"--snapshot={snapshot.Name}", "--exclude-schema=hangfire", "--no-owner",
                "--no-privileges", "--lock-wait-timeout=60s", "--no-password",
                .. Snapshot.LeftOut.Select(table => $"--exclude-table-data={Snapshot.Schema}.{table}"),
            ]);
        await writer.WriteAsync(FileName, command, cancellationToken);
        return tool.Version;
    }

    /// <summary>Compares size and checksum of the dump, and the tables that pg_restore lists, with the manifest.</summary>
    /// <returns>The checks that were made.</returns>
    /// <exception cref="DamagedBackupException">A check failed.</exception>
    public async Task<string> InspectAsync(BackupReader reader, CancellationToken cancellationToken)
    {
        var manifest = reader.Manifest;
        if (await FindRestoreAsync(manifest, cancellationToken) is not { } tool)
        {
            await reader.CheckAsync(manifest.DumpFile, cancellationToken);
            return "signature, size and checksum; the tables were not listed, because no pg_restore "
                + $"{manifest.Tool} or later is installed";
        }

        var list = new System.Text.StringBuilder();
        await reader.ReadAsync(
            manifest.DumpFile, tool.Command(null, ["--list"]) | PipeTarget.ToStringBuilder(list), cancellationToken);
        var entries = list.ToString();
        var missing = manifest.Tables
            .Where(table => !entries.Contains($" TABLE DATA {Snapshot.Schema} {table.Name} ", StringComparison.Ordinal)).ToList();
        return missing.Count == 0
            ? $"signature, size, checksum and the list of {manifest.Tables.Count} tables"
            : throw new DamagedBackupException(
                $"The dump does not contain {string.Join(", ", missing.Select(table => table.Name))}.");
    }

    /// <summary>Loads the dump into an empty database, in one transaction.</summary>
    /// <exception cref="DamagedBackupException">The dump is damaged.</exception>
    /// <exception cref="MaintenanceException">pg_restore is missing or failed.</exception>
    public async Task LoadAsync(BackupReader reader, NpgsqlConnectionStringBuilder target, CancellationToken cancellationToken)
    {
        var tool = await FindRestoreAsync(reader.Manifest, cancellationToken)
            ?? throw new MaintenanceException(
                $"The backup was made by pg_dump {reader.Manifest.Tool} and needs pg_restore of that version or a later one: "
                + "install PostgreSQL's client programs, or set Backups:ToolsDirectory to their directory.");
        var command = tool.Command(
            target,
            [
                $"--dbname={target.Database}", "--no-password", $"--schema={Snapshot.Schema}", "--no-owner", "--no-privileges",
                "--exit-on-error", "--single-transaction",
            ]);
        await reader.ReadAsync(reader.Manifest.DumpFile, command, cancellationToken);
    }

    private Task<PostgresTool?> FindRestoreAsync(BackupManifest manifest, CancellationToken cancellationToken) =>
        tools.FindAsync("pg_restore", PostgresTools.Major(manifest.Tool ?? ""), cancellationToken);
}
