using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Dumps;

/// <summary>pg_dump's custom format, in one file, and pg_restore in one transaction.</summary>
public sealed class ToolDump(PostgresTools tools) : IDump
{
    private const string FileName = "database.dump";

    public string Method => "pg_dump";

    /// <summary>The pg_dump that knows a server; null without one.</summary>
    public Task<PostgresTool?> FindAsync(string serverVersion, CancellationToken cancellationToken) =>
        tools.FindAsync("pg_dump", PostgresTools.Major(serverVersion) ?? 0, cancellationToken);

    public async Task<DumpContents> WriteAsync(
        Snapshot snapshot, NpgsqlConnectionStringBuilder connection, BackupWriter writer, CancellationToken cancellationToken)
    {
        var version = snapshot.Connection.ServerVersion;
        var tool = await FindAsync(version, cancellationToken)
            ?? throw new MaintenanceException($"No pg_dump of PostgreSQL {version} or later is installed: install it, or set Backups:Method to Auto or Copy.");
        string[] leftOut = [.. Snapshot.LeftOut.Select(table => $"--exclude-table-data={Snapshot.Schema}.{table}")];
        var call = tool.Call(
            connection,
            [
                "--format=custom", "--compress=1", $"--snapshot={snapshot.Name}", "--exclude-schema=hangfire", "--no-owner", "--no-privileges",
                "--lock-wait-timeout=60s", "--no-password", .. leftOut,
            ]);
        await writer.WriteAsync(
            FileName,
            stream => ToolProcess.RunAsync(call, null, output => output.CopyToAsync(stream, cancellationToken), cancellationToken),
            cancellationToken);
        return new DumpContents(tool.Version, [.. snapshot.Tables.Select(table => new BackupTable(table.Name, table.Rows, null, null))]);
    }

    public async Task<string> InspectAsync(BackupReader reader, CancellationToken cancellationToken)
    {
        var file = reader.Manifest.Files.Single();
        if (await RestorerAsync(reader.Manifest, cancellationToken) is not { } tool)
        {
            await reader.CheckAsync(file, cancellationToken);
            return $"sizes and checksums; its contents were not listed, because no pg_restore of {reader.Manifest.Tool} or later is installed";
        }

        var entries = "";
        await reader.ReadAsync(
            file,
            stream => ToolProcess.RunAsync(
                new ToolCall(tool.Path, ["--list"]) { Withheld = "PG" },
                input => stream.CopyToAsync(input, cancellationToken),
                async output => entries = await new StreamReader(output).ReadToEndAsync(cancellationToken),
                cancellationToken),
            cancellationToken);
        var missing = reader.Manifest.Tables
            .Where(table => !entries.Contains($" TABLE DATA {Snapshot.Schema} {table.Name} ", StringComparison.Ordinal)).ToList();
        return missing.Count == 0
            ? $"sizes, checksums and pg_restore's list of {reader.Manifest.Tables.Count} tables"
            : throw new DamagedBackupException($"pg_restore does not list {string.Join(", ", missing.Select(table => table.Name))}.");
    }

    public async Task LoadAsync(BackupReader reader, NpgsqlConnectionStringBuilder target, CancellationToken cancellationToken)
    {
        var tool = await RestorerAsync(reader.Manifest, cancellationToken)
            ?? throw new MaintenanceException($"The backup was made by pg_dump {reader.Manifest.Tool} and needs pg_restore of that version or a later one: install PostgreSQL's client programs.");
        var call = tool.Call(
            target,
            $"--dbname={target.Database}", "--no-password", $"--schema={Snapshot.Schema}", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction");
        await reader.ReadAsync(
            reader.Manifest.Files.Single(),
            stream => ToolProcess.RunAsync(call, input => stream.CopyToAsync(input, cancellationToken), null, cancellationToken),
            cancellationToken);
    }

    private Task<PostgresTool?> RestorerAsync(BackupManifest manifest, CancellationToken cancellationToken) =>
        tools.FindAsync("pg_restore", PostgresTools.Major(manifest.Tool ?? "") ?? 0, cancellationToken);
}
