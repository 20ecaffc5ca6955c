using System.Net.Http.Json;
using System.Text;
using RagAspire.Backups.Files;
using RagAspire.Maintenance.Scheduling;
using RagAspire.TestSupport.Ollama;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance.Interruptions;

/// <summary>kill -9 of the real worker in the middle of every task, one after another in one system.</summary>
[Collection(Processes.Name)]
public sealed class KilledTaskTests(Stores stores)
{
    private const string Path = "/api/v1/operations/maintenance";
    private const string Health = "health-check";
    private const string Good = "select count(*) from backups where status in ('complete', 'verified')";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_task_that_is_killed_in_the_middle_is_marked_interrupted_and_succeeds_the_next_time()
    {
        await using var ollama = await OllamaStub.StartAsync();
        using var directory = TestDirectory.Create("killed-tasks");
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions { Settings = Settings(ollama, directory.Path) });
        await FillAsync(system.Client);
        var before = await StateAsync(system.Database);
        foreach (var (task, point) in HoldPoint.All)
        {
            if (point.Work is { } work)
            {
                await Sql.ExecuteAsync(system.Database, work);
            }

            var id = await (task == Health ? KillCheckingAsync(system, ollama) : KillHeldAsync(system, task, point));
            await system.Worker.StartAsync(Token);
            var interrupted = await RunsTo.EndAsync(system.Client, id);
            Assert.True(interrupted["status"]!.GetValue<string>() == "interrupted", $"{task}: {interrupted}\n{system.Worker.Output}");
            var next = await RunsTo.RunAsync(system.Client, task);
            Assert.True(next["status"]!.GetValue<string>() == "succeeded", $"{task}: {next}\n{system.Worker.Output}");
            await AssertConsistentAsync(system, task, before);
        }
    }

    /// <summary>Nothing runs by the clock, so that whatever runs is what the test wants.</summary>
    private static Dictionary<string, string> Settings(OllamaStub ollama, string directory) => new(
        Schedule.Defaults.Select(row => KeyValuePair.Create($"Maintenance__Schedule__{row.Task.Replace('-', '_')}__Cron", "")))
    {
        ["ConnectionStrings__chat"] = ollama.ConnectionString(ollama.ChatModel),
        ["ConnectionStrings__embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
        ["Maintenance__SilenceSeconds"] = "2",
        ["Maintenance__HeartbeatSeconds"] = "0.2",
        ["Maintenance__Database__LockMilliseconds"] = "60000",
        ["Backups__Directory"] = System.IO.Path.Combine(directory, "backups"),
        ["Backups__KeepLatest"] = "1",
        ["Backups__KeepDaily"] = "0",
        ["Backups__KeepWeekly"] = "0",
        ["Backups__KeepMonthly"] = "0",
    };

    /// <summary>Something for every task: documents, questions about them, and a backup that retention will not keep.</summary>
    private static async Task FillAsync(RagClient client)
    {
        foreach (var animal in new[] { "Badgers", "Foxes", "Hedgehogs", "Otters" })
        {
            await client.UploadAndWaitAsync($"{animal}.txt", Encoding.UTF8.GetBytes($"{animal} sleep at day.\n\n{animal} look for food at night."));
        }

        var questions = new[] { new { question = "When do badgers sleep?", expected = new[] { new { documentName = "Badgers.txt" } } } };
        await client.SendAsync(HttpMethod.Put, "/api/v1/operations/golden-sets/default", new { questions });
        Assert.Equal("succeeded", (await RunsTo.RunAsync(client, "backup"))["status"]!.GetValue<string>());
    }

    /// <summary>Kills the worker while the task waits for a lock.</summary>
    private static async Task<Guid> KillHeldAsync(RagSystem system, string task, HoldPoint point)
    {
        await using var locks = await TableLocks.TakeAsync(system.Database, point.Lock);
        var id = await RequestAsync(system.Client, task);
        await Eventually.TrueAsync(
            async () => await StatusAsync(system.Database, id) == "running" && await locks.AreWaitedForAsync(),
            Patience, () => $"{task} does not get to the lock:\n{system.Worker.Output}", Token);
        await KillAsync(system, task, id);
        await AssertHalfDoneAsync(system.Database, task, point);
        return id;
    }

    /// <summary>A worker's health check reads no table that could be locked; it waits two seconds for a model that does not answer.</summary>
    private static async Task<Guid> KillCheckingAsync(RagSystem system, OllamaStub ollama)
    {
        ollama.Mode = OllamaMode.Hanging;
        var id = await RequestAsync(system.Client, Health);
        await Eventually.TrueAsync(
            async () => await StatusAsync(system.Database, id) == "running" && ollama.OpenCalls > 0,
            Patience, () => "The model is not asked.", Token);
        await KillAsync(system, Health, id);
        ollama.Mode = OllamaMode.Normal;
        return id;
    }

    private static async Task KillAsync(RagSystem system, string task, Guid id)
    {
        await system.Worker.KillAsync();
        Assert.True(await StatusAsync(system.Database, id) == "running", $"{task} was over before it was killed.");
    }

    /// <summary>What the task was at when it was killed is half done.</summary>
    private static async Task AssertHalfDoneAsync(string database, string task, HoldPoint point)
    {
        if (point.Left is { } left)
        {
            Assert.True(await Sql.OneAsync<long>(database, left) > 0, $"{task} was done with its work.");
        }

        switch (task)
        {
            case "backup":
                Assert.Equal("running", await Sql.OneAsync<string>(database, "select status from backups order by id desc limit 1"));
                break;
            case "backup-retention":
                Assert.NotEqual(0, await Sql.OneAsync<long>(database, Good) - (await PresentAsync(database)).Count);
                break;
            case "restore-drill":
                Assert.Equal(1, await ScratchDatabasesAsync(database));
                break;
        }
    }

    private static async Task AssertConsistentAsync(RagSystem system, string task, string before)
    {
        Assert.Equal($"{task}\n{before}", $"{task}\n{await StateAsync(system.Database)}");
        if (HoldPoint.Of[task].Left is { } left)
        {
            Assert.Equal(0, await Sql.OneAsync<long>(system.Database, left));
        }

        // Another search each time, so that none is answered from a cache.
        var found = await system.Client.SearchAsync($"When do otters sleep? {task}");
        Assert.Null(found["degraded"]?.GetValue<string>());
        Assert.Equal("Otters.txt", found["hits"]![0]!["documentName"]!.GetValue<string>());
        Assert.Equal(0, await ScratchDatabasesAsync(system.Database));
        Assert.Equal(0L, await Sql.OneAsync<long>(system.Database, "select count(*) from maintenance_runs where status in ('queued', 'running')"));
        await AssertBackupsAsync(system.Database);
    }

    /// <summary>Whatever is listed as good is there, there is one at least, and nothing is half there.</summary>
    private static async Task AssertBackupsAsync(string database)
    {
        Assert.NotEqual(0, await Sql.OneAsync<long>(database, Good));
        Assert.Equal(await Sql.OneAsync<long>(database, Good), (await PresentAsync(database)).Count);
        Assert.Equal(0L, await Sql.OneAsync<long>(database, "select count(*) from backups where status in ('running', 'damaged')"));
    }

    /// <summary>The backups at their place that are whole enough to have a manifest.</summary>
    private static async Task<IReadOnlyList<string>> PresentAsync(string database)
    {
        var place = new DirectoryInfo(await Sql.OneAsync<string>(database, "select place from backups limit 1"));
        return [.. place.EnumerateFiles(BackupManifest.FileName, SearchOption.AllDirectories).Select(file => file.Directory!.Name)];
    }

    private static async Task<Guid> RequestAsync(RagClient client, string task)
    {
        using var response = await client.Http.PostAsJsonAsync($"{Path}/{task}", new { }, Token);
        var run = await RagClient.JsonAsync(response);
        Assert.True(response.IsSuccessStatusCode, $"{task}: {run}");
        return run["id"]!.GetValue<Guid>();
    }

    private static Task<string> StatusAsync(string database, Guid run) =>
        Sql.OneAsync<string>(database, $"select status from maintenance_runs where id = '{run}'");

    private static Task<long> ScratchDatabasesAsync(string database) => Sql.OneAsync<long>(
        database, "select count(*) from pg_database, installation where starts_with(datname, 'ragaspire_drill_' || left(replace(id::text, '-', ''), 12))");

    /// <summary>All that people have put in and all that was made of it.</summary>
    private static Task<string> StateAsync(string database) => Sql.OneAsync<string>(database, """
        select concat_ws(E'\n',
            (select md5(string_agg(d::text, '|' order by id)) from documents d),
            (select count(*) || ' contents ' || md5(string_agg(c::text, '|' order by c::text)) from document_contents c),
            (select count(*) || ' chunks ' || md5(string_agg(c::text, '|' order by id)) from chunks c),
            (select count(*) || ' embeddings ' || md5(string_agg(concat(chunk_id, model, dense, term_hashes, term_counts), '|' order by chunk_id)) from embeddings))
        """);
}
