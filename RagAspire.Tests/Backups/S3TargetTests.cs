using RagAspire.Backups;
using RagAspire.Backups.Retention;
using RagAspire.Backups.Targets;
using RagAspire.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

public sealed class S3TargetTests(Stores stores)
{
    private const int Large = 12 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_goes_to_a_bucket_in_parts_and_comes_back()
    {
        await using var s3 = await S3Stub.StartAsync();
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), [.. s3.Settings]);
        await rig.SeedAsync(5, Large);

        var manifest = await rig.BackUpAsync();
        var check = await rig.VerifyAsync(manifest.Id);
        var into = await stores.CreateDatabaseAsync();
        await rig.RestoreAsync(manifest.Id, into);

        Assert.True(check.IsGood, check.Details);
        Assert.True(manifest.SizeBytes > Large);

        // One part is held in memory. The library fills it by blocks, so it may be a block larger than its size.
        Assert.InRange(s3.LargestBody, 5 << 20, (5 << 20) + (64 << 10));
        Assert.Empty(s3.OpenUploads);
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
    }

    [Fact]
    public async Task A_flipped_byte_in_a_bucket_is_found()
    {
        await using var s3 = await S3Stub.StartAsync();
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), s3.Settings);
        var manifest = await rig.BackUpAsync();
        var bytes = s3.Objects[$"ragaspire/{manifest.Id}/{manifest.Files[0].Name}"];
        bytes[bytes.Length / 2] ^= 1;

        Assert.False((await rig.VerifyAsync(manifest.Id)).IsGood);
    }

    [Fact]
    public async Task A_store_that_is_full_leaves_no_backup_and_no_parts()
    {
        await using var s3 = await S3Stub.StartAsync();
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), s3.Settings);
        s3.IsFull = true;

        await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Empty(s3.Objects);
        Assert.Empty(s3.OpenUploads);
        Assert.Equal("failed", await Sql.OneAsync<string>(rig.Database, "select status from backups"));
    }

    [Fact]
    public async Task A_store_that_becomes_full_in_the_middle_fails_the_backup_and_leaves_no_parts()
    {
        await using var s3 = await S3Stub.StartAsync();
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), s3.Settings);
        await rig.SeedAsync(5, Large);
        s3.FullAfterParts = 1;

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("InsufficientStorage", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, s3.Parts);
        Assert.Empty(s3.Objects);
        Assert.Empty(s3.OpenUploads);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6 << 20)]
    public async Task A_source_that_fails_in_the_middle_leaves_neither_an_object_nor_parts(int bytes)
    {
        await using var s3 = await S3Stub.StartAsync();
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), s3.Settings);
        var target = rig.Get<BackupRepository>().Target;

        await Assert.ThrowsAsync<InvalidDataException>(() => target.WriteAsync(
            BackupId.New(rig.Clock.GetUtcNow()),
            "database.dump",
            Large,
            async stream =>
            {
                await stream.WriteAsync(new byte[bytes], Token);
                throw new InvalidDataException();
            },
            Token));

        Assert.Empty(s3.Objects);
        Assert.Empty(s3.OpenUploads);
    }

    [Fact]
    public async Task Objects_of_an_interrupted_backup_are_deleted_by_the_next()
    {
        await using var s3 = await S3Stub.StartAsync();
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), s3.Settings);
        var store = rig.Get<BackupStore>();
        var id = await store.BeginAsync("s3://backups/ragaspire/", "pg_dump", null, "test", Token);
        s3.Objects[$"ragaspire/{id}/database.dump"] = [1];

        Assert.Empty(await rig.Get<BackupRepository>().Target.ListAsync(Token));
        Assert.Equal([id], await rig.Get<BackupRepository>().Target.ListPartialAsync(Token));
        var manifest = await rig.BackUpAsync();

        Assert.All(s3.Objects.Keys, key => Assert.StartsWith($"ragaspire/{manifest.Id}/", key, StringComparison.Ordinal));
        Assert.Equal(BackupStatus.Failed, (await rig.RowAsync(id)).Status);
    }

    [Fact]
    public async Task Retention_deletes_all_objects_of_a_backup_and_no_others()
    {
        await using var s3 = await S3Stub.StartAsync();
        s3.Objects["ragaspire/notes.txt"] = [1];
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), [.. s3.Settings, ("KeepLatest", "1"), ("KeepDaily", "0"), ("KeepWeekly", "0"), ("KeepMonthly", "0")]);
        var first = await rig.BackUpAsync();
        rig.Clock.Advance(TimeSpan.FromHours(1));
        var second = await rig.BackUpAsync();
        await rig.VerifyAsync(second.Id);

        await rig.Get<BackupRetention>().RunAsync(dryRun: false, "test", Token);

        Assert.DoesNotContain(s3.Objects.Keys, key => key.Contains(first.Id, StringComparison.Ordinal));
        Assert.Contains($"ragaspire/{second.Id}/manifest.json", s3.Objects.Keys);
        Assert.Contains("ragaspire/notes.txt", s3.Objects.Keys);
    }

    [Fact]
    public async Task A_wrong_secret_is_reported_without_the_secret()
    {
        await using var s3 = await S3Stub.StartAsync();
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), [("S3:SecretKey", "wrong-secret"), .. s3.Settings]);

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("SignatureDoesNotMatch", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", failure.ToString(), StringComparison.Ordinal);
    }
}
