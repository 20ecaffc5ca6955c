using System.Text;
using RagAspire.Backups.Files;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Maintenance.Interruptions;

/// <summary>kill -9 of the real worker in the middle of every task, several at once, in one system.</summary>
[Collection(Processes.Watched)]
public sealed class KilledTaskTests(Stores stores)
{
    private const string Health = "health-check";
    private const string Good = "select count(*) from backups where status in ('complete', 'verified')";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The tasks that are killed together: no lock point of a group stops another task of it too early.</summary>
    private static readonly string[][] Groups =
    [
        ["metrics", "clean-up", "database-daily", "database-weekly", "index-rebuild", "retrieval-evaluation", "re-embedding"],
        ["certificates", "index-reconciliation", "backup-retention", "source-sync"],
        [Health, "monthly-report", "backup-verify"],
        ["index-optimization", "backup", "restore-drill"],
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_task_that_is_killed_in_the_middle_is_marked_interrupted_and_succeeds_the_next_time()
    {
        Assert.Equal(Schedule.Defaults.Select(row => row.Task).Order(), Groups.SelectMany(group => group).Order());
        await using var ollama = await OllamaStub.StartAsync();
        using var directory = TestDirectory.Create("killed-tasks");
        await using var system = await RagSystem.StartAsync(
            stores, new RagSystemOptions { Settings = Settings(ollama, directory.Path) });
        await FillAsync(system.Client, directory.Path);
        var before = await StateAsync(system.Database);
        foreach (var group in Groups)
        {
            var killed = await KillAsync(system, ollama, group);
            await system.Worker.StartAsync(Token);
            foreach (var (task, id) in killed)
            {
                var interrupted = await RunClient.EndAsync(system.Client, id);
                Assert.True(
                    interrupted["status"]!.GetValue<string>() == "interrupted", $"{task}: {interrupted}\n{system.Worker.Output}");
                var next = await RunClient.RunAsync(system.Client, task);
                Assert.True(next["status"]!.GetValue<string>() == "succeeded", $"{task}: {next}\n{system.Worker.Output}");
            }

            await AssertConsistentAsync(system, group, before);
        }
    }

    /// <summary>No task runs by its schedule, and all tasks of a group can run at once.</summary>
    private static Dictionary<string, string> Settings(OllamaStub ollama, string directory) => new(
        Schedule.Defaults.Select(row => KeyValuePair.Create($"Maintenance__Schedule__{row.Task.Replace('-', '_')}__Cron", "")))
    {
        ["ConnectionStrings__chat"] = ollama.ConnectionString(ollama.ChatModel),
        ["ConnectionStrings__embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
        ["Jobs__MaintenanceWorkers"] = "8",
        ["Maintenance__HeartbeatTimeout"] = "00:00:02",
        ["Maintenance__Heartbeat"] = "00:00:00.2",
        ["Maintenance__Database__LockTimeout"] = "00:01:00",
        ["Backups__Directory"] = System.IO.Path.Combine(directory, "backups"),
        ["Sync__Sources__shelf__Kind"] = "folder",
        ["Sync__Sources__shelf__Location"] = System.IO.Path.Combine(directory, "shelf"),
        ["Sync__Sources__shelf__Schedule"] = "",
        ["Backups__KeepLatest"] = "1",
        ["Backups__KeepDaily"] = "0",
        ["Backups__KeepWeekly"] = "0",
        ["Backups__KeepMonthly"] = "0",
    };

    /// <summary>Work for every task: documents, a source, a golden set, and two backups, of which retention keeps one.</summary>
    private static async Task FillAsync(RagClient client, string directory)
    {
        var shelf = System.IO.Directory.CreateDirectory(System.IO.Path.Combine(directory, "shelf"));
        await System.IO.File.WriteAllTextAsync(System.IO.Path.Combine(shelf.FullName, "Squirrels.txt"), "Squirrels sleep at night.", Token);
        Assert.Equal("succeeded", (await RunClient.RunAsync(client, "source-sync"))["status"]!.GetValue<string>());
        var squirrels = (await client.GetAsync("/api/v1/documents"))["items"]![0]!;
        Assert.Equal("Squirrels.txt", squirrels["source"]!["path"]!.GetValue<string>());
        await client.EmbeddedAsync(squirrels["id"]!.GetValue<Guid>());
        foreach (var animal in new[] { "Badgers", "Foxes", "Hedgehogs", "Otters" })
        {
            await client.UploadAndWaitAsync(
                $"{animal}.txt", Encoding.UTF8.GetBytes($"{animal} sleep at day.\n\n{animal} look for food at night."));
        }

        var expected = new[] { new { documentName = "Badgers.txt" } };
        var questions = new[] { new { question = "When do badgers sleep?", expected } };
        await client.SendAsync(HttpMethod.Put, "/api/v1/operations/golden-sets/default", new { questions });
        for (var backups = 0; backups < 2; backups++)
        {
            Assert.Equal("succeeded", (await RunClient.RunAsync(client, "backup"))["status"]!.GetValue<string>());
        }
    }

    /// <summary>Kills the worker when each task of a group is in its middle: it waits for a lock, or for a model.</summary>
    /// <returns>The runs by task.</returns>
    private static async Task<Dictionary<string, Guid>> KillAsync(RagSystem system, OllamaStub ollama, string[] group)
    {
        // The worker's health check reads no table that could be locked; it waits two seconds for a model that hangs.
        var points = group.Where(task => task != Health).Select(task => LockPoint.Of[task]).ToList();
        foreach (var work in points.Select(point => point.Work).OfType<string>())
        {
            await Sql.ExecuteAsync(system.Database, work);
        }

        await using var locks = await TableLocks.TakeAsync(system.Database, points.Select(point => point.Lock));
        var runs = new Dictionary<string, Guid>();
        foreach (var task in group.Except([Health]))
        {
            runs[task] = await RunClient.RequestAsync(system.Client, task);
        }

        await Eventually.TrueAsync(
            async () => await AreRunningAsync(system.Database, runs) && await locks.AllBlockAsync()
                && await AreHalfDoneAsync(system.Database, group),
            Patience, () => $"{string.Join(", ", group)} do not all get to their locks:\n{system.Worker.Output}", Token);
        if (group.Contains(Health))
        {
            ollama.Mode = OllamaMode.Hanging;
            runs[Health] = await RunClient.RequestAsync(system.Client, Health);
            await Eventually.TrueAsync(
                async () => await AreRunningAsync(system.Database, runs) && ollama.OpenCalls > 0,
                Patience, () => "The model is not asked.", Token);
        }

        await system.Worker.KillAsync(Token);
        Assert.True(await AreRunningAsync(system.Database, runs), "A task was over before it was killed.");
        ollama.Mode = OllamaMode.Normal;
        return runs;
    }

    private static async Task<bool> AreRunningAsync(string database, Dictionary<string, Guid> runs)
    {
        var ids = string.Join("', '", runs.Values);
        return runs.Count == await Sql.OneAsync<long>(
            database, $"select count(*) from maintenance_runs where status = 'running' and id in ('{ids}')");
    }

    /// <summary>Each task of the group has begun its work and has not finished it.</summary>
    private static async Task<bool> AreHalfDoneAsync(string database, string[] group)
    {
        foreach (var task in group)
        {
            var isHalfDone = (LockPoint.Of[task].Left is not { } left || await Sql.OneAsync<long>(database, left) > 0)
                && task switch
                {
                    "backup" =>
                        await Sql.OneAsync<string>(database, "select status from backups order by id desc limit 1") == "running",
                    "backup-retention" => await Sql.OneAsync<long>(database, Good) != (await PresentAsync(database)).Count,
                    "restore-drill" => await ScratchDatabasesAsync(database) == 1,
                    _ => true,
                };
            if (!isHalfDone)
            {
                return false;
            }
        }

        return true;
    }

    private static async Task AssertConsistentAsync(RagSystem system, string[] group, string before)
    {
        Assert.Equal(before, await StateAsync(system.Database));
        foreach (var left in group.Select(task => LockPoint.Of[task].Left).OfType<string>())
        {
            Assert.Equal(0, await Sql.OneAsync<long>(system.Database, left));
        }

        // A different search for each group, so that no cache answers it.
        var found = await system.Client.SearchAsync($"When do otters sleep? {group[0]}");
        Assert.Null(found["degraded"]?.GetValue<string>());
        Assert.Equal("Otters.txt", found["hits"]![0]!["documentName"]!.GetValue<string>());
        Assert.Equal(0, await ScratchDatabasesAsync(system.Database));
        Assert.Equal(0L, await Sql.OneAsync<long>(
            system.Database, "select count(*) from maintenance_runs where status in ('queued', 'running')"));
        await AssertBackupsAsync(system.Database);
    }

    /// <summary>There is at least one good backup, every listed one exists, and none is incomplete.</summary>
    private static async Task AssertBackupsAsync(string database)
    {
        Assert.NotEqual(0, await Sql.OneAsync<long>(database, Good));
        Assert.Equal(await Sql.OneAsync<long>(database, Good), (await PresentAsync(database)).Count);
        Assert.Equal(
            0L, await Sql.OneAsync<long>(database, "select count(*) from backups where status in ('running', 'damaged')"));
    }

    /// <summary>The backups on disk that have a manifest.</summary>
    private static async Task<IReadOnlyList<string>> PresentAsync(string database)
    {
        var place = new DirectoryInfo(await Sql.OneAsync<string>(database, "select place from backups limit 1"));
        return [.. place.EnumerateFiles(BackupManifest.FileName, SearchOption.AllDirectories)
            .Select(file => file.Directory!.Name)];
    }

    private static Task<long> ScratchDatabasesAsync(string database) => Sql.OneAsync<long>(
        database, """
        select count(*) from pg_database, installation
        where starts_with(datname, 'ragaspire_drill_' || left(replace(id::text, '-', ''), 12))
        """);

    /// <summary>The documents and everything derived from them.</summary>
    private static Task<string> StateAsync(string database) => Sql.OneAsync<string>(database, """
        select concat_ws(E'\n',
            (select md5(string_agg(d::text, '|' order by id)) from documents d),
            (select count(*) || ' contents ' || md5(string_agg(c::text, '|' order by c::text)) from document_contents c),
            (select count(*) || ' slices ' || md5(string_agg(s::text, '|' order by s::text)) from document_slices s),
            (select count(*) || ' chunks ' || md5(string_agg(c::text, '|' order by id)) from chunks c),
            (select count(*) || ' embeddings ' || md5(string_agg(concat(chunk_id, model, dense, term_hashes, term_counts), '|'
                order by chunk_id)) from embeddings))
        """);
}
