using RagAspire.Database;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Operations;
using RagAspire.Tests.Diagnosis.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Stack;

public sealed class OperationProbeTests(Stores stores)
{
    private const string Document = """
        insert into documents (id, collection, name, content_type, size_bytes, sha256)
        values ('0199f7b4-0000-7000-8000-000000000001', 'default', 'a', 'text/plain', 1, '\x01');
        """;

    [Fact]
    public async Task A_new_installation_is_healthy()
    {
        await using var rig = await ProbeRig.CreateInDevelopmentAsync(stores, ("Security:DevelopmentKey", "a key"));

        Assert.Empty(await rig.ExamineAsync("backups"));
        Assert.Empty(await rig.ExamineAsync("operations"));
        Assert.Empty(await rig.ExamineAsync("configuration"));
    }

    [Fact]
    public async Task Documents_without_a_backup()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync(Document + "update installation set created_at = now() - interval '3 days'");

        Assert.Equal([OperationCodes.NoBackup], await rig.CodesAsync("backups"));
    }

    [Fact]
    public async Task Backups_that_are_old_damaged_and_cannot_be_restored()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync("""
            insert into backups (id, status, created_at, place, actor, error, drilled_at, drill_error, signing_key) values
                ('one', 'complete', now() - interval '5 days', 'p', 'a', null, now(), 'no such tool', 'key'),
                ('two', 'damaged', now() - interval '4 days', 'p', 'a', 'a checksum differs', null, null, 'key'),
                ('three', 'failed', now() - interval '1 day', 'p', 'a', 'the disk is full', null, null, null),
                ('four', 'complete', now(), 'p', 'a', null, null, null, null)
            """);

        var found = await rig.ExamineAsync("backups");

        Assert.Equal(
            [OperationCodes.BackupOld, OperationCodes.BackupDamaged, OperationCodes.Drill], found.Select(observation =>
                observation.Code));
        Assert.Contains("the disk is full", found[0].Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_is_not_trusted_is_critical()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync("""
            insert into backups (id, status, created_at, place, actor, error)
            values ('forged', 'untrusted', now(), 'p', 'a', 'The signature is wrong.')
            """);

        var found = Assert.Single(await rig.ExamineAsync("backups"));

        Assert.Equal(OperationCodes.BackupUntrusted, found.Code);
        Assert.Equal("forged", found.Subject);
    }

    [Fact]
    public async Task Certificates_that_have_expired_or_soon_do_and_alerts_that_fire()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync("""
            insert into kept_figures (name, labels, value) values
                ('certificates', '{"certificate": "old.pem"}', extract(epoch from now() - interval '1 day')),
                ('certificates', '{"certificate": "soon.pem"}', extract(epoch from now() + interval '5 days')),
                ('certificates', '{"certificate": "good.pem"}', extract(epoch from now() + interval '90 days'));
            insert into alerts (fingerprint, starts_at, status, name, severity, labels, annotations)
                values ('f', now(), 'firing', 'HighErrorRate', 'critical', '{}', '{}'),
                    ('g', now(), 'firing', 'CacheIneffective', 'info', '{}', '{}')
            """);

        var found = await rig.ExamineAsync("operations");

        Assert.Equal(
            [(OperationCodes.Expired, "old.pem"), (OperationCodes.Expires, "soon.pem"), (OperationCodes.Alerts, null)],
            found.Select(observation => (observation.Code, observation.Subject)));
        Assert.Equal("One alert is firing: HighErrorRate.", found[^1].Symptom);
    }

    [Fact]
    public async Task A_sandbox_that_lacks_layers_on_the_workers_machine()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync("""
            insert into kept_figures (name, labels, value) values
                ('sandbox', '{"layer": "seccomp", "reason": ""}', 1),
                ('sandbox', '{"layer": "landlock", "reason": "the kernel has no landlock"}', 0);
            """);

        var found = Assert.Single(await rig.ExamineAsync("operations"));

        Assert.Equal(OperationCodes.Sandbox, found.Code);
        Assert.Contains("missing: landlock.", found.Symptom, StringComparison.Ordinal);
        Assert.Equal("the kernel has no landlock", found.Cause);
    }

    [Fact]
    public async Task Configuration_that_is_dangerous_in_production()
    {
        await using var rig = await ProbeRig.CreateAsync(
            stores, ("Security:DevelopmentKey", "a key"), ("Backups:S3:Bucket", "somewhere"), ("Backups:S3:Region", "eu-central-1"));

        Assert.Equal(
            [OperationCodes.MetricsOpen, OperationCodes.DevelopmentKey, OperationCodes.Plain], await rig.CodesAsync("configuration"));
    }

    [Fact]
    public async Task A_superuser_as_the_role_of_the_application()
    {
        var superuser = await stores.SuperuserAsync(await stores.CreateDatabaseAsync());
        await using var rig = await ProbeRig.CreateAsync(
            stores, ("ConnectionStrings:ragdb", superuser), ("Metrics:Token", "token"), ("Security:DevelopmentKey", "a key"));

        Assert.Equal([OperationCodes.DevelopmentKey, OperationCodes.Superuser], await rig.CodesAsync("configuration"));
    }

    [Fact]
    public async Task A_pool_that_is_larger_than_the_server_allows()
    {
        var database = await stores.CreateDatabaseAsync();
        await using var rig = await ProbeRig.CreateInDevelopmentAsync(
            stores, ("ConnectionStrings:ragdb", $"{database};Maximum Pool Size=5000"), ("Security:DevelopmentKey", "a key"));

        Assert.Equal([OperationCodes.Pool], await rig.CodesAsync("configuration"));
    }

    [Fact]
    public async Task Backups_on_the_disk_of_the_database()
    {
        await using var cluster = await OwnCluster.StartAsync();
        await using var rig = DoctorRig.Create(
            cluster.Database, cluster.DataDirectory, ("Metrics:Token", "token"), ("Security:DevelopmentKey", "a key"));
        await using var elsewhere = DoctorRig.Create(
            cluster.Database, cluster.DataDirectory, ("Metrics:Token", "token"), ("Backups:Directory", "/dev/shm/backups"));

        await rig.Get<Migrator>().MigrateAsync(TestContext.Current.CancellationToken);

        Assert.Contains(OperationCodes.SameDisk, await rig.CodesAsync("configuration"));
        Assert.DoesNotContain(OperationCodes.SameDisk, await elsewhere.CodesAsync("configuration"));

        // What the database alone knows is unknown without it.
        await cluster.Server.StopAsync(TestContext.Current.CancellationToken);
        var partly = await Assert.ThrowsAsync<ProbeException>(() => rig.CodesAsync("configuration"));
        Assert.Contains(OperationCodes.SameDisk, partly.Observations.Select(observation => observation.Code));
        Assert.Contains("The database cannot be asked", partly.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_contradict_each_other_and_a_system_without_keys()
    {
        await using var rig = await ProbeRig.CreateInDevelopmentAsync(
            stores, ("Answers:TotalTimeout", "00:10:00"), ("Qdrant:SearchTimeout", "00:01:00"));

        var found = await rig.ExamineAsync("configuration");

        Assert.Equal(
            [(OperationCodes.TimeLimits, "Answers:TotalTimeout"), (OperationCodes.TimeLimits, "Qdrant:SearchTimeout"), (OperationCodes.NoKey, null)],
            found.Select(observation => (observation.Code, observation.Subject)));
    }
}
