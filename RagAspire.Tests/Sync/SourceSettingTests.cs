using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RagAspire.Maintenance.Runs;
using RagAspire.Sync;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Sync;

public sealed class SourceSettingTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Kind", "disk", "Sync:Sources:shelf:Kind")]
    [InlineData("Kind", null, "Sync:Sources:shelf:Kind")]
    [InlineData("AlertAfter", "soon", "Sync:Sources:shelf:AlertAfter")]
    [InlineData("Locaton", "/srv", "Sync:Sources:shelf:Locaton")]
    [InlineData("Location", "not/full", "Sync:Sources:shelf:Location")]
    [InlineData("Collection", "no spaces", "Sync:Sources:shelf:Collection")]
    [InlineData("Schedule", "now and then", "Sync:Sources:shelf:Schedule")]
    [InlineData("Groups:0", "no spaces", "Sync:Sources:shelf:Groups")]
    [InlineData("Metadata", "year=2026", "Sync:Sources:shelf:Metadata")]
    [InlineData("AccessKey", "alone", "Sync:Sources:shelf:SecretKey")]
    public async Task Wrong_settings_are_one_sentence_that_names_them(string setting, string? value, string named)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Sync:Sources:shelf:Kind"] = "folder",
            ["Sync:Sources:shelf:Location"] = "/srv",
            [$"Sync:Sources:shelf:{setting}"] = value,
        };
        await using var core = await CoreServices.CreateAsync(stores, settings: settings);
        var thrown = Assert.ThrowsAny<Exception>(() => core.Get<IStartupValidator>().Validate());
        var description = ConfigurationErrors.Describe(thrown);
        Assert.NotNull(description);
        Assert.Contains(named, description);
        Assert.DoesNotContain('\n', description);
    }

    [Theory]
    [InlineData("web", "ftp://example.com/")]
    [InlineData("web", "https://user:password@example.com/")]
    [InlineData("sitemap", "https://example.com/a https://example.com/b")]
    [InlineData("s3", "https://bucket")]
    public async Task A_location_must_fit_its_kind(string kind, string location)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Sync:Sources:shelf:Kind"] = kind,
            ["Sync:Sources:shelf:Location"] = location,
        };
        await using var core = await CoreServices.CreateAsync(stores, settings: settings);
        var thrown = Assert.ThrowsAny<Exception>(() => core.Get<IStartupValidator>().Validate());
        Assert.Contains("Sync:Sources:shelf:Location", ConfigurationErrors.Describe(thrown));
    }

    [Fact]
    public async Task A_source_is_run_at_its_times_and_once()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("a.txt", "Some text.");
        var (store, due) = (rig.Host.Get<SourceStore>(), rig.Host.Get<DueSources>());
        await store.KnowAsync(["shelf"], Token);
        Assert.Null(await due.RequestAsync(await store.StatesAsync(Token), Token));

        await rig.Host.ExecuteAsync("update sources set first_seen_at = now() - interval '2 hours'");
        Assert.Equal("shelf", await due.RequestAsync(await store.StatesAsync(Token), Token));
        Assert.Null(await due.RequestAsync(await store.StatesAsync(Token), Token));
        var run = Assert.Single((await rig.Host.Runs.ListAsync(new RunFilter("source-sync", null, null, 10), Token)).Items);
        Assert.Equal("shelf", run.Argument);
        Assert.Equal(RunStatus.Succeeded, (await rig.Host.Runner.RunAsync(run, null, Token))!.Status);
        Assert.Null(await due.RequestAsync(await store.StatesAsync(Token), Token));
    }
}

/// <summary>The command of the worker, as a real process.</summary>
[Collection(Processes.Systems)]
public sealed class SyncCommandTests(Stores stores)
{
    private const int Files = 400;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_is_killed_in_the_middle_is_continued_by_the_next()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        for (var i = 0; i < Files; i++)
        {
            rig.Write($"{i:000}.txt", $"The text of the file {i}.");
        }

        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = rig.Host.ConnectionString,
            ["ConnectionStrings__cache"] = stores.Redis,
            ["Maintenance__Heartbeat"] = "00:00:00.2",
            ["Maintenance__HeartbeatTimeout"] = "00:00:01",
            ["Sync__Sources__shelf__Kind"] = "folder",
            ["Sync__Sources__shelf__Location"] = rig.Folder,
            ["Sync__Sources__shelf__Collection"] = "shelf",
        };
        await using (var killed = WorkerCommand.Start(environment, "sync", "shelf"))
        {
            await Eventually.TrueAsync(
                async () => await CountAsync(rig) > 20, TimeSpan.FromSeconds(60), () => killed.Output, Token);
            await killed.KillAsync();
        }

        Assert.InRange(await CountAsync(rig), 20, Files - 1);
        await Eventually.TrueAsync(
            async () => await rig.Host.ScalarAsync<bool>("select bool_and(heartbeat_at < now() - interval '1 second') from maintenance_runs"),
            TimeSpan.FromSeconds(20), () => "The run still has a heartbeat.", Token);
        var output = await WorkerCommand.RunAsync(0, environment, "sync", "shelf");
        Assert.Contains("source-sync: succeeded", output);
        Assert.Equal(Files, await CountAsync(rig));
        Assert.Equal(Files, await rig.Host.ScalarAsync<long>(
            "select count(distinct s.path) from document_sources s join source_files f using (source, path, document_id)"));
        Assert.Contains($"{Files} files, in step at", await WorkerCommand.RunAsync(0, environment, "sync"));
        Assert.Contains("There is no source 'shelve'", await WorkerCommand.RunAsync(1, environment, "sync", "shelve"));
    }

    private static Task<long> CountAsync(SyncRig rig) => rig.Host.ScalarAsync<long>("select count(*) from documents");
}
