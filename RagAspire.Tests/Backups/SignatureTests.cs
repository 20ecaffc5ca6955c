using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Retention;
using RagAspire.Backups.Signing;
using RagAspire.Backups.Targets;
using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>Write access to the backups' place is not enough to make a backup that is trusted.</summary>
public sealed class SignatureTests(Stores stores)
{
    private const string OtherKey = "another signing key, long enough too";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dump_manifest_and_checksums_that_were_changed_together_are_refused_everywhere()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        await ForgeAsync(rig, manifest);

        var run = await rig.RunAsync("backup-verify", manifest.Id);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Contains("changed after it was signed", Assert.Single(run.Report!.Notes), StringComparison.Ordinal);
        Assert.Equal(BackupStatus.Untrusted, (await rig.RowAsync(manifest.Id)).Status);
        Assert.Equal(1, (await rig.Get<BackupStore>().SummaryAsync(Token)).Untrusted);

        await RefusedAsync(rig, manifest.Id, "changed after it was signed");
        await RefusedAsync(rig, manifest.Id, "changed after it was signed", acceptUnsigned: true);
    }

    [Fact]
    public async Task A_drill_refuses_a_forged_backup_and_marks_it()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        await ForgeAsync(rig, manifest);

        var drill = await rig.DrillAsync();

        Assert.Contains("changed after it was signed", drill.Error, StringComparison.Ordinal);
        Assert.Equal(BackupStatus.Untrusted, (await rig.RowAsync(manifest.Id)).Status);
        Assert.Null(await rig.Get<BackupStore>().NewestGoodAsync(Token));
    }

    [Fact]
    public async Task A_signature_that_was_removed_is_refused_and_not_taken_for_a_backup_of_an_earlier_version()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        File.Delete(rig.PathOf(manifest.Id, ManifestSignature.FileName));

        var check = await rig.VerifyAsync(manifest.Id);

        Assert.Equal(BackupStatus.Untrusted, check.Status);
        Assert.Contains("not signed", check.Details, StringComparison.Ordinal);
        Assert.Equal(BackupStatus.Untrusted, (await rig.RowAsync(manifest.Id)).Status);
        Assert.Contains("not signed", (await RefusedAsync(rig, manifest.Id, "--accept-unsigned")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_of_an_earlier_version_is_restored_only_with_the_flag_and_never_drilled()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        await rig.RewriteAsync(manifest with { SigningKey = null, Files = [manifest.Files[0] with { Blocks = null }] });
        File.Delete(rig.PathOf(manifest.Id, ManifestSignature.FileName));
        await Sql.OneAsync<string>(rig.Database, "update backups set signing_key = null, status = 'verified' returning id");

        Assert.False((await rig.VerifyAsync(manifest.Id)).IsGood);
        Assert.Equal(BackupStatus.Verified, (await rig.RowAsync(manifest.Id)).Status);
        Assert.Equal((0, 1), await UntrustedAndUnsignedAsync(rig));
        Assert.Equal(RunStatus.Skipped, (await rig.RunAsync("restore-drill")).Status);
        await RefusedAsync(rig, manifest.Id, "--accept-unsigned");
        var into = await stores.CreateDatabaseAsync();
        await rig.RestoreAsync(manifest.Id, into, acceptUnsigned: true);

        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
        Assert.Contains(
            "accepted without a signature",
            await Sql.OneAsync<string>(into, "select details ->> 'signing_key' from audit_logs where action = 'backup.restore'"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_under_another_id_is_refused()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        var later = BackupId.New(rig.Clock.GetUtcNow().AddDays(1));
        System.IO.Directory.Move(Path.Combine(rig.Directory, manifest.Id), Path.Combine(rig.Directory, later));

        var check = await rig.Get<BackupVerifier>().CheckAsync(later, Token);

        Assert.False(check.IsGood);
        Assert.Contains($"belongs to the backup {manifest.Id}", check.Details, StringComparison.Ordinal);
        var into = await stores.CreateDatabaseAsync();
        await Assert.ThrowsAsync<DamagedBackupException>(() => rig.RestoreAsync(later, into));
    }

    [Fact]
    public async Task A_key_that_was_exchanged_still_verifies_as_a_former_one_and_an_unknown_key_is_named()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        await using var exchanged = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(),
            ("Directory", rig.Directory), ("SigningKey", OtherKey), ("FormerSigningKeys:0", BackupRig.SigningKey));
        await using var foreign = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), ("Directory", rig.Directory), ("SigningKey", OtherKey));

        Assert.True((await exchanged.Get<BackupVerifier>().CheckAsync(manifest.Id, Token)).IsGood);
        Assert.NotEqual(manifest.SigningKey, (await exchanged.BackUpAsync()).SigningKey);
        var refused = await RefusedAsync(foreign, manifest.Id, manifest.SigningKey!);
        Assert.Contains("Backups:FormerSigningKeys", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(OtherKey, refused.ToString(), StringComparison.Ordinal);

        // After the loss of the key the data is not lost, but an operator has to decide.
        var into = await stores.CreateDatabaseAsync();
        await foreign.RestoreAsync(manifest.Id, into, acceptUnsigned: true);
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
    }

    [Fact]
    public async Task A_forged_backup_with_a_later_id_is_passed_over_reported_and_pushes_out_none()
    {
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), ("KeepLatest", "1"), ("KeepDaily", "0"), ("KeepWeekly", "0"), ("KeepMonthly", "0"));
        var manifest = await rig.BackUpAsync();
        await rig.VerifyAsync(manifest.Id);
        var forged = manifest with { Id = BackupId.New(rig.Clock.GetUtcNow().AddDays(1)) };
        System.IO.Directory.CreateDirectory(Path.Combine(rig.Directory, forged.Id));
        File.Copy(rig.PathOf(manifest.Id, "database.dump"), rig.PathOf(forged.Id, "database.dump"));
        File.Copy(rig.PathOf(manifest.Id, ManifestSignature.FileName), rig.PathOf(forged.Id, ManifestSignature.FileName));
        await rig.RewriteAsync(forged);

        var passedOver = new List<string>();
        var newest = await rig.Get<BackupRepository>().NewestAsync(acceptUnsigned: false, (id, _) => passedOver.Add(id), Token);
        var retention = (await rig.Get<BackupRetention>().RunAsync(dryRun: false, "test", Token))!;

        Assert.Equal(manifest.Id, newest);
        Assert.Equal([forged.Id], passedOver);
        Assert.Equal([forged.Id], retention.Untrusted);
        Assert.Empty(retention.Expired);
        Assert.Empty(retention.Found);
        Assert.Equal(BackupStatus.Untrusted, (await rig.RowAsync(forged.Id)).Status);
        Assert.Equal(manifest.Id, (await rig.Get<BackupStore>().NewestGoodAsync(Token))!.Id);
        Assert.Equal((1, 0), await UntrustedAndUnsignedAsync(rig));
    }

    [Fact]
    public async Task Objects_of_a_bucket_that_were_changed_together_are_refused()
    {
        await using var s3 = await S3Stub.StartAsync();
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), [.. s3.Settings]);
        var manifest = await rig.BackUpAsync();
        var forged = manifest with { Tables = [.. manifest.Tables.Skip(1)] };
        var sums = manifest.Files.Append(BackupFile.Of(BackupManifest.FileName, forged.ToJson())).Select(file => $"{file.SumsLine}\n");
        s3.Objects[$"ragaspire/{manifest.Id}/{BackupManifest.FileName}"] = forged.ToJson();
        s3.Objects[$"ragaspire/{manifest.Id}/{BackupManifest.SumsName}"] = System.Text.Encoding.ASCII.GetBytes(string.Concat(sums));

        Assert.Equal(BackupStatus.Untrusted, (await rig.VerifyAsync(manifest.Id)).Status);
        await RefusedAsync(rig, manifest.Id, "changed after it was signed");
    }

    /// <summary>What a writer of the backups' place can do: other contents, whose checksums all agree.</summary>
    private static async Task ForgeAsync(BackupRig rig, BackupManifest manifest)
    {
        rig.FlipByte(manifest.Id, manifest.Files[0].Name);
        await rig.RewriteAsync(manifest with { Files = [rig.Describe(manifest.Id, manifest.Files[0].Name)] });
    }

    private async Task<UntrustedBackupException> RefusedAsync(
        BackupRig rig, string backup, string reason, bool acceptUnsigned = false)
    {
        var into = await stores.CreateDatabaseAsync();
        var failure = await Assert.ThrowsAsync<UntrustedBackupException>(
            () => rig.RestoreAsync(backup, into, acceptUnsigned: acceptUnsigned));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await Sql.OneAsync<long>(into, "select count(*) from pg_tables where schemaname = 'public'"));
        return failure;
    }

    private static async Task<(long, long)> UntrustedAndUnsignedAsync(BackupRig rig)
    {
        var summary = await rig.Get<BackupStore>().SummaryAsync(Token);
        return (summary.Untrusted, summary.NotSigned);
    }

    private async Task<BackupRig> RigAsync()
    {
        var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(3);
        return rig;
    }
}
