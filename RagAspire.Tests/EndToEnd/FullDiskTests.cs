using System.Net;
using System.Security.Cryptography;
using System.Text;
using RagAspire.Tests.Diagnosis.Postgres;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Disks;

namespace RagAspire.Tests.EndToEnd;

/// <summary>Real disks of a few megabytes run full under the system.</summary>
[Collection(Processes.Name)]
public sealed class FullDiskTests(Stores stores)
{
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
        Assert.Contains("no space", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        disk.Clear();
        var stored = await system.Client.UploadAndWaitAsync("small.txt", "The disk has space again."u8.ToArray());
        Assert.Equal("ready", stored["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task While_the_database_has_no_space_reading_goes_on_and_nothing_is_lost()
    {
        Assert.SkipUnless(SmallDisk.CanMount, "Mounting a file system needs root on Linux.");
        using var disk = SmallDisk.Mount(megabytes: 250);
        await using var cluster = await OwnCluster.StartAsync(disk.Path, maxConnections: 100);
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions { Database = cluster.Database });
        await system.Client.UploadAndWaitAsync("kept.txt", "The tower is 96 metres tall."u8.ToArray());
        await system.Client.FindAsync("tower");
        disk.Fill();

        using var refused = await system.Client.PostFileAsync("large.txt", Text(20 << 20));
        Assert.True(
            refused.StatusCode is HttpStatusCode.InsufficientStorage or HttpStatusCode.ServiceUnavailable, $"{refused.StatusCode}");
        Assert.NotEmpty((await system.Client.SearchAsync("how tall is the tower")).Hits);

        disk.Clear();
        await system.Client.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        var stored = await system.Client.UploadAndWaitAsync("small.txt", "The disk has space again."u8.ToArray());
        Assert.Equal("ready", stored["status"]!.GetValue<string>());
        Assert.Equal(2, (await system.Client.GetAsync("/api/v1/documents"))["items"]!.AsArray().Count);
    }

    /// <summary>Text that cannot be compressed away.</summary>
    private static byte[] Text(int length) =>
        Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(length / 2)));
}
