using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Sync;

public sealed class BucketSyncTests(Stores stores)
{
    [Fact]
    public async Task The_objects_below_a_prefix_are_followed()
    {
        await using var s3 = await S3Stub.StartAsync();
        s3.Objects["docs/"] = [];
        s3.Objects["other/x.txt"] = "Not of the source."u8.ToArray();
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            s3.Objects[$"docs/deep/{name}.txt"] = [.. "The text "u8, (byte)name[0], (byte)'.'];
        }

        await using var rig = await SyncRig.CreateAsync(stores, new Dictionary<string, string?>
        {
            ["Kind"] = "s3",
            ["Location"] = $"s3://{S3Stub.Bucket}/docs/",
            ["Endpoint"] = s3.Endpoint,
            ["AccessKey"] = S3Stub.AccessKey,
            ["SecretKey"] = S3Stub.SecretKey,
        });
        Assert.Equal("4 added.", await rig.SyncAsync());
        Assert.Equal(["deep/a.txt", "deep/b.txt", "deep/c.txt", "deep/d.txt"], await rig.PathsAsync());
        s3.Objects["docs/deep/a.txt"] = "Another text."u8.ToArray();
        Assert.True(s3.Objects.TryRemove("docs/deep/b.txt", out var moved));
        s3.Objects["docs/moved.txt"] = moved;
        s3.Objects.TryRemove("docs/deep/d.txt", out _);
        Assert.Equal("1 unchanged, 1 changed, 1 renamed, 1 deleted.", await rig.SyncAsync());

        await s3.DisposeAsync();
        Assert.Contains($"s3://{S3Stub.Bucket}/docs/ cannot be listed", await rig.FailAsync());
        Assert.Equal(3, (await rig.DocumentsAsync()).Count);
    }
}
