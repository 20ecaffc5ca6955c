using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Restore;
using RagAspire.Backups.Targets;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Drill;

/// <summary>One step of an upgrade check.</summary>
/// <param name="Result">What was found; with the reason when the step failed.</param>
public sealed record UpgradeStep(string Name, bool IsGood, string Result, TimeSpan Took);

/// <summary>Whether this version can take over the data of a backup.</summary>
/// <param name="Product">The version that made the backup.</param>
public sealed record UpgradeVerdict(string Backup, string Product, IReadOnlyList<UpgradeStep> Steps)
{
    public bool IsGood => Steps.All(step => step.IsGood);
}

/// <summary>
/// Rehearses the upgrade of a system to this version: a backup is restored into a scratch database, gets the schema of this
/// version, and is compared with what it was. The live database is not touched, and may belong to an older version or be away.
/// </summary>
public sealed class UpgradeCheck(
    BackupRepository repository, BackupDatabase database, RestoreService restore, UpgradeSearches searches,
    IOptions<BackupOptions> options)
{
    /// <summary>The newest backup that can be trusted.</summary>
    public Task<string?> NewestAsync(
        bool acceptUnsigned, Action<string, string> passedOver, CancellationToken cancellationToken) =>
        repository.NewestAsync(acceptUnsigned, passedOver, cancellationToken);

    /// <exception cref="MaintenanceException">The backup cannot be restored, or this version cannot read its schema.</exception>
    /// <exception cref="DamagedBackupException">The backup is damaged.</exception>
    public async Task<UpgradeVerdict> RunAsync(
        string backup, bool acceptUnsigned, string actor, Action<int, string> progress, CancellationToken cancellationToken)
    {
        var server = options.Value.DrillConnection is { Length: > 0 } other ? BackupDatabase.Unpooled(other) : database.Live;
        await using var scratch = await ScratchDatabase.CreateAsync(server, Guid.NewGuid(), options.Value, cancellationToken);
        var request = new RestoreRequest(backup, scratch.Administration.ConnectionString, Force: false, actor)
        {
            AcceptUnsigned = acceptUnsigned,
            Login = scratch.Login,
        };
        var restored = await restore.RestoreAsync(request, (percent, step) => progress(percent / 2, step), cancellationToken);
        var manifest = restored.Manifest;
        var rows = manifest.Tables.Sum(table => table.Rows);
        List<UpgradeStep> steps = [new("restore", true, $"{rows} rows of {manifest.Tables.Count} tables", restored.Took)];

        await using var source = NpgsqlDataSource.Create(scratch.Login.ConnectionString);
        progress(50, "migrating");
        steps.Add(await TimeAsync("migrate", () => MigrateAsync(source, manifest, cancellationToken)));
        if (steps[^1].IsGood)
        {
            progress(60, "counting rows");
            steps.Add(await TimeAsync("rows", () => CompareRowsAsync(source, manifest, cancellationToken)));
            progress(70, "comparing all documents with their checksums");
            steps.Add(await TimeAsync("documents", () => CompareDocumentsAsync(source, cancellationToken)));
            progress(80, "building the index and searching");
            steps.AddRange(await searches.CompareAsync(source, cancellationToken));
        }

        return new UpgradeVerdict(manifest.Id, manifest.Product, steps);
    }

    private static async Task<(bool, string)> MigrateAsync(
        NpgsqlDataSource source, BackupManifest manifest, CancellationToken cancellationToken)
    {
        var applied = manifest.Migrations.Select(migration => migration.Name).ToHashSet();
        string[] missing = [.. Migrator.Scripts().Select(script => script.Name).Where(name => !applied.Contains(name))];
        try
        {
            await new Migrator(source, NullLogger<Migrator>.Instance).MigrateAsync(withQueue: false, cancellationToken);
            return (true, missing.Length == 0 ? "the schema is this version's already" : $"applied {string.Join(", ", missing)}");
        }
        catch (PostgresException ex)
        {
            return (false, $"a migration fails on this data: {ex.MessageText}");
        }
    }

    /// <summary>A migration may add rows, such as defaults. Fewer rows count as lost.</summary>
    private static async Task<(bool, string)> CompareRowsAsync(
        NpgsqlDataSource source, BackupManifest manifest, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var now = (await ProductTables.CountAllAsync(connection, cancellationToken))
            .ToDictionary(table => table.Name, table => table.Rows);
        string[] fewer =
        [
            .. manifest.Tables.Where(table => now.GetValueOrDefault(table.Name) < table.Rows)
                .Select(table => $"{table.Name} has {now.GetValueOrDefault(table.Name)} rows and had {table.Rows}"),
        ];
        return (fewer.Length == 0, fewer.Length == 0 ? "no table has fewer" : string.Join("; ", fewer));
    }

    private static async Task<(bool, string)> CompareDocumentsAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var (documents, changed) = await DocumentChecksums.CompareAsync(source, cancellationToken);
        return (changed == 0, changed == 0
            ? $"the bytes of {documents} documents match their checksums"
            : $"the bytes of {changed} of {documents} documents do not match their checksums");
    }

    internal static async Task<UpgradeStep> TimeAsync(string name, Func<Task<(bool IsGood, string Result)>> work)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var (isGood, result) = await work();
        return new UpgradeStep(name, isGood, result, Stopwatch.GetElapsedTime(startedAt));
    }
}
