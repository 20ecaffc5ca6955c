using System.Net;
using System.Security.Cryptography;
using System.Text;
using RagAspire.Tests.Diagnosis.Postgres;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Disks;

namespace RagAspire.Tests.EndToEnd;

/// <summary>Real disks of a few megabytes run full under the system.</summary>
[Collection(Processes.Systems)]
public sealed class FullDiskTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_for_which_there_is_no_space_is_refused_as_such_and_the_next_is_stored()
    {
        Assert.SkipUnless(SmallDisk.CanMount, "Mounting a file system needs root on Linux.");
        using var disk = SmallDisk.Mount(megabytes: 24);
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string> { ["TMPDIR"] = disk.Path },
        });
        disk.Fill();

        using var refused = await system.Client.PostFileAsync("large.txt", Text(3 << 20));
        Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
        Assert.Contains("no space", await refused.Content.ReadAsStringAsync(Token));

        disk.Clear();
        var stored = await system.Client.UploadAndWaitAsync("small.txt", "The disk has space again."u8.ToArray());
        Assert.Equal("ready", stored["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task While_the_database_has_no_space_reading_goes_on_and_nothing_is_lost_also_when_it_stops()
    {
        Assert.SkipUnless(SmallDisk.CanMount, "Mounting a file system needs root on Linux.");
        using var disk = SmallDisk.Mount(megabytes: 250);
        await using var cluster = await OwnCluster.StartAsync(disk.Path, maxConnections: 100);
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Database = cluster.Database,
            Settings = new Dictionary<string, string> { ["RAGASPIRE_DATA"] = disk.Path },
        });
        var kept = (await system.Client.UploadAndWaitAsync("kept.txt", "The tower is 96 metres tall."u8.ToArray())).Id;
        var other = (await system.Client.UploadAndWaitAsync("other.txt", "The bridge is 40 metres long."u8.ToArray())).Id;
        await system.Client.FindAsync("tower");
        await ReserveLogAsync(cluster);
        disk.Fill();

        await AssertRefusedAsync(system.Client);
        await AssertStoredOrRefusedAsync(system.Client, HttpMethod.Patch, $"/api/v1/documents/{kept}", new { tags = new { size = "tall" } });
        await AssertStoredOrRefusedAsync(
            system.Client, HttpMethod.Post, "/api/v1/operations/api-keys", new { name = "late", scopes = new[] { "read" } });
        await AssertStoredOrRefusedAsync(system.Client, HttpMethod.Post, "/api/v1/answers", new { question = "How tall is the tower?" });
        await AssertStoredOrRefusedAsync(system.Client, HttpMethod.Delete, $"/api/v1/documents/{other}");
        Assert.NotEmpty((await system.Client.SearchAsync("how tall is the tower")).Hits);

        // As after a crash for a file of the log that cannot be written: the server does not run, and its disk is full.
        await cluster.Server.StopAsync(Token);
        disk.Fill();
        await AssertRefusedAsync(system.Client);
        using var read = await system.Client.TrySendAsync(HttpMethod.Get, $"/api/v1/documents/{kept}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, read.StatusCode);
        Assert.Contains("its disk is full", await read.Content.ReadAsStringAsync(Token));

        disk.Clear();
        await cluster.Server.StartAsync(Token);
        await system.Client.WaitUntilReadyAsync(Token);
        var stored = await system.Client.UploadAndWaitAsync("small.txt", "The disk has space again."u8.ToArray());
        Assert.Equal("ready", stored["status"]!.GetValue<string>());
        Assert.Equal("ready", (await system.Client.DocumentAsync(kept))["status"]!.GetValue<string>());
    }

    /// <summary>A new file of the log, so that what runs in the background cannot stop the server.</summary>
    private static async Task ReserveLogAsync(OwnCluster cluster)
    {
        // Autovacuum removes a file that each new session would have to write.
        await cluster.ExecuteAsSuperuserAsync("alter system set autovacuum = off");
        await cluster.ExecuteAsSuperuserAsync("select pg_reload_conf(), pg_switch_wal()");
        await cluster.ExecuteAsSuperuserAsync("checkpoint");
    }

    private static async Task AssertRefusedAsync(RagClient client)
    {
        using var refused = await client.PostFileAsync("large.txt", Text(20 << 20));
        var body = await refused.Content.ReadAsStringAsync(Token);
        Assert.True(refused.StatusCode == HttpStatusCode.InsufficientStorage, $"{refused.StatusCode}: {body}");
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    /// <summary>What is small may still fit into space that the database has in its files.</summary>
    private static async Task AssertStoredOrRefusedAsync(RagClient client, HttpMethod method, string path, object? body = null)
    {
        using var response = await client.TrySendAsync(method, path, body);
        Assert.True(
            response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.InsufficientStorage,
            $"{method} {path}: {response.StatusCode}");
    }

    /// <summary>Text that cannot be compressed away.</summary>
    private static byte[] Text(int length) =>
        Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(length / 2)));
}
