using Microsoft.Extensions.DependencyInjection;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Sync;

/// <summary>A document of the collection "shelf" with the file that it comes from.</summary>
internal sealed record SyncedDocument(Guid Id, string Name, int Version, string? Source, string? Path);

/// <summary>One source named "shelf", and the product's services over a database of their own.</summary>
internal sealed class SyncRig : IAsyncDisposable
{
    private readonly TestDirectory _directory;

    private SyncRig(TestDirectory directory, MaintenanceHost host) => (_directory, Host) = (directory, host);

    public MaintenanceHost Host { get; }

    public string Folder => Path.Combine(_directory.Path, "shelf");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="source">Settings of the source; by default it is a folder.</param>
    /// <param name="settings">Other settings.</param>
    public static async Task<SyncRig> CreateAsync(
        Stores stores,
        IReadOnlyDictionary<string, string?>? source = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? configure = null)
    {
        var directory = TestDirectory.Create("sync");
        var folder = Directory.CreateDirectory(Path.Combine(directory.Path, "shelf")).FullName;
        var all = (source ?? new Dictionary<string, string?> { ["Kind"] = "folder", ["Location"] = folder })
            .ToDictionary(setting => $"Sync:Sources:shelf:{setting.Key}", setting => setting.Value);
        all["Sync:Sources:shelf:Collection"] = "shelf";
        all["Sync:PagePause"] = "00:00:00";
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
        {
            all[name] = value;
        }

        var host = await MaintenanceHost.CreateAsync(await stores.CreateMigratedAsync(), stores.Redis, all, configure);
        return new SyncRig(directory, host);
    }

    public void Write(string path, string text)
    {
        var file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public void Delete(string path) => File.Delete(Path.Combine(Folder, path));

    public void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, to))!);
        File.Move(Path.Combine(Folder, from), Path.Combine(Folder, to));
    }

    /// <summary>A run that must succeed.</summary>
    /// <returns>The counts of outcomes, as the report says them.</returns>
    public async Task<string> SyncAsync(bool dryRun = false)
    {
        var report = await Host.SucceedAsync("source-sync", dryRun);
        return report.Notes[^1]["shelf: ".Length..];
    }

    /// <summary>A run that must fail.</summary>
    /// <returns>All notes of the report.</returns>
    public async Task<string> FailAsync()
    {
        var run = await Host.RunAsync("source-sync");
        Assert.Equal(RunStatus.Failed, run.Status);
        return string.Join('\n', run.Report!.Notes);
    }

    /// <summary>The documents in the order of their paths.</summary>
    public Task<List<SyncedDocument>> DocumentsAsync() => Host.Database.Command("""
        select d.id, d.name, d.version, s.source, s.path from documents d left join document_sources s on s.document_id = d.id
        where d.collection = 'shelf' order by s.path, d.name
        """).ListAsync(
        row => new SyncedDocument(
            row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.Nullable<string>("source"), row.Nullable<string>("path")),
        Token);

    public async Task<IReadOnlyList<string?>> PathsAsync() => [.. (await DocumentsAsync()).Select(document => document.Path)];

    public Task<long> AuditedAsync() =>
        Host.ScalarAsync<long>("select count(*) from audit_logs where actor = 'sync:shelf'");

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _directory.Dispose();
    }
}
