using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>Backups of a running system through its API, and a system that is started on the restored database.</summary>
[Collection(Processes.AppHosts)]
public sealed class BackupSystemTests(Stores stores)
{
    private const string Path = "/api/v1/operations/backups";
    private const string Question = "How long does the warranty of the pump last?";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_under_write_load_restores_to_a_system_that_gives_the_same_answer()
    {
        using var directory = TestDirectory.Create("system-backups");
        var settings = Settings(directory.Path);
        var into = await stores.CreateDatabaseAsync();
        string id;
        JsonNode before;
        await using (var system = await RagSystem.StartAsync(stores, new RagSystemOptions { Settings = settings }))
        {
            await system.Client.UploadAndWaitAsync("pump.txt", Encoding.UTF8.GetBytes("The warranty of the pump lasts seven years.\n\nThe filter is changed monthly."));
            await system.Client.FindAsync("warranty");
            before = await system.Client.AskAsync(Question);
            id = await BackUpUnderLoadAsync(system);
            await AssertListedAndMeasuredAsync(system, id);
        }

        var said = await WorkerCommand.RunAsync(0, Environment(settings, into), "restore", id, "--into", into);
        Assert.Contains("Next steps", said, StringComparison.Ordinal);
        await using var restored = await RagSystem.StartAsync(
            stores, new RagSystemOptions { Settings = settings, Database = into });
        await restored.Client.FindAsync("warranty");
        var after = await restored.Client.AskAsync(Question);

        Assert.False(after["cached"]!.GetValue<bool>());
        Assert.Equal(before["answer"]!.GetValue<string>(), after["answer"]!.GetValue<string>());
        Assert.Equal(Citations(before), Citations(after));
        var later = await restored.Client.UploadAndWaitAsync("valve.txt", Encoding.UTF8.GetBytes("The valve is checked weekly."));
        Assert.Equal("ready", later["status"]!.GetValue<string>());
        await AssertDrillSucceedsAsync(restored);
    }

    [Fact]
    public async Task Without_the_database_the_command_line_verifies_and_restores_from_the_files_alone()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(3);
        var manifest = await rig.BackUpAsync();
        var environment = new Dictionary<string, string> { ["Backups__Directory"] = rig.Directory };
        var into = await stores.CreateDatabaseAsync();

        Assert.Contains("is good", await WorkerCommand.RunAsync(0, environment, "verify", manifest.Id), StringComparison.Ordinal);
        await WorkerCommand.RunAsync(0, environment, "restore", "newest", "--into", into);
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
        Assert.Contains("--force", await WorkerCommand.RunAsync(1, environment, "restore", manifest.Id, "--into", into), StringComparison.Ordinal);

        rig.FlipByte(manifest.Id, manifest.Files[0].Name);
        Assert.Contains("damaged", await WorkerCommand.RunAsync(1, environment, "verify", manifest.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_refuses_an_unsigned_backup_without_its_flag_and_passes_over_it_as_the_newest()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(3);
        var signed = await rig.BackUpAsync();
        rig.Clock.Advance(TimeSpan.FromHours(1));
        var unsigned = await rig.BackUpAsync();
        File.Delete(rig.PathOf(unsigned.Id, "manifest.sig"));
        var environment = new Dictionary<string, string> { ["Backups__Directory"] = rig.Directory };
        var (first, second) = (await stores.CreateDatabaseAsync(), await stores.CreateDatabaseAsync());

        Assert.Contains("is untrusted", await WorkerCommand.RunAsync(1, environment, "verify", unsigned.Id), StringComparison.Ordinal);
        var refused = await WorkerCommand.RunAsync(1, environment, "restore", unsigned.Id, "--into", first);
        Assert.Contains("--accept-unsigned", refused, StringComparison.Ordinal);
        var newest = await WorkerCommand.RunAsync(0, environment, "restore", "newest", "--into", first);
        Assert.Contains($"{unsigned.Id} is newer and was passed over", newest, StringComparison.Ordinal);
        Assert.Contains($"{signed.Id} of", newest, StringComparison.Ordinal);
        await WorkerCommand.RunAsync(0, environment, "restore", unsigned.Id, "--into", second, "--accept-unsigned");
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(second));
    }

    private static async Task<string> BackUpUnderLoadAsync(RagSystem system)
    {
        using var stop = new CancellationTokenSource();
        var uploading = UploadAsync(system, stop.Token);
        using var response = await system.Client.Http.PostAsync(Path, null, Token);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var run = await RunClient.EndAsync(system.Client, (await RagClient.JsonAsync(response))["id"]!.GetValue<Guid>());
        await stop.CancelAsync();
        Assert.True(await uploading > 0);
        Assert.True(run["status"]!.GetValue<string>() == "succeeded", run.ToJsonString());
        return (await system.Client.GetAsync(Path))["items"]![0]!["id"]!.GetValue<string>();
    }

    private static async Task<int> UploadAsync(RagSystem system, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            await system.Client.UploadAsync($"load-{count}.txt", Encoding.UTF8.GetBytes($"Load number {count++} is about something else."));
        }

        return count;
    }

    private static async Task AssertListedAndMeasuredAsync(RagSystem system, string id)
    {
        var backup = await system.Client.GetAsync($"{Path}/{id}");
        Assert.Equal("verified", backup["status"]!.GetValue<string>());
        using var missing = await system.Client.Http.PostAsync($"{Path}/20200101T000000Z-00000000/verify", null, Token);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);

        using var worker = new HttpClient { BaseAddress = system.Worker.Address };
        await Eventually.TrueAsync(
            async () => (await worker.GetStringAsync("/metrics", Token)).Contains("rag_backup_size_bytes", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60), () => "No size.", Token);
        var metrics = await worker.GetStringAsync("/metrics", Token);
        Assert.All(
            ["rag_backup_last_success_timestamp_seconds", "rag_backup_alert_after_seconds", "rag_backup_damaged", "rag_restore_drill_failed"],
            series => Assert.Contains($"\n{series}", metrics, StringComparison.Ordinal));
    }

    private static async Task AssertDrillSucceedsAsync(RagSystem system)
    {
        var drill = await RunClient.RunAsync(system.Client, "backup");
        Assert.True(drill["status"]!.GetValue<string>() == "succeeded", drill.ToJsonString());
        drill = await RunClient.RunAsync(system.Client, "restore-drill");
        Assert.True(drill["status"]!.GetValue<string>() == "succeeded", drill.ToJsonString());
        Assert.Contains("searches found the same as in the live system", drill["report"]!["notes"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private static string Citations(JsonNode answer) => string.Join('\n', answer["citations"]!.AsArray().Select(
        cited => $"{cited!["number"]} {cited["documentId"]} {cited["chunkId"]} {cited["page"]} {cited["quote"]}"));

    private static Dictionary<string, string> Settings(string directory) => new() { ["Backups__Directory"] = directory };

    private static Dictionary<string, string> Environment(Dictionary<string, string> settings, string database) =>
        new(settings) { ["ConnectionStrings__ragdb"] = database };
}
