using System.Diagnostics;
using Npgsql;
using RagAspire.Database;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Embedded;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Disks;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary>Each state in which the database cannot be used is caused for real, and told apart from the others.</summary>
public sealed class DatabaseStateTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_migrated_database_is_healthy()
    {
        // Other tests create and drop databases of this server all the time, which requests checkpoints.
        await using var rig = DoctorRig.Create(await stores.CreateMigratedAsync(), settings: ("CheckpointSample", "1000000"));
        await rig.Get<Migrator>().MigrateAsync(Token);

        var report = await rig.ExamineAsync(withIndexes: true);

        Assert.Equal([], report.Findings.Select(finding => finding.Symptom));
        Assert.Equal(DiagnosisStatus.Healthy, report.Status);
        Assert.NotNull(report.Server.Version);
        Assert.Contains(report.Figures, figure => figure.Name == "connections at most" && figure.Value == "200");
    }

    [Fact]
    public async Task PostgreSQL_that_is_not_installed()
    {
        await using var cluster = await OwnCluster.StartAsync();
        await cluster.Server.StopAsync(Token);
        using var nothing = TestDirectory.Create("nothing");

        var (first, _) = await DoctorRig.FirstAsync(cluster.Database, cluster.DataDirectory, ("ServerDirectory", nothing.Path));

        Assert.Equal(PostgresCodes.NotInstalled, first.Code);
    }

    [Fact]
    public async Task A_server_that_was_killed_does_not_run_and_its_log_is_shown()
    {
        await using var cluster = await OwnCluster.StartAsync();
        using (var process = Process.GetProcessById(cluster.Server.ProcessId!.Value))
        {
            process.Kill();
            await process.WaitForExitAsync(Token);
        }

        await Eventually.TrueAsync(
            async () => (await DoctorRig.FirstAsync(cluster.Database,
                cluster.DataDirectory)).First.Code == PostgresCodes.NotRunning,
            TimeSpan.FromSeconds(10), () => "another finding", Token);

        var (first, report) = await DoctorRig.FirstAsync(cluster.Database, cluster.DataDirectory);
        Assert.Equal(FindingSeverity.Critical, first.Severity);
        Assert.InRange(report.Log!.Lines.Count, 1, 20);
        Assert.Single(report.Disks);
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(cluster.Database).Password!, DatabaseReportText.Render(report),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_on_which_nothing_listens_refuses()
    {
        var (first, _) = await DoctorRig.FirstAsync($"Host=127.0.0.1;Port={FreePort.Next()};Username=x;Password=y;Database=z");

        Assert.Equal(PostgresCodes.Refused, first.Code);
    }

    [Fact]
    public async Task Of_several_servers_each_is_named_and_asked()
    {
        var (one, other) = (FreePort.Next(), FreePort.Next());
        var (first, _) = await DoctorRig.FirstAsync($"Host=127.0.0.1:{one},127.0.0.1:{other};Username=x;Password=y;Database=z");

        Assert.Equal(PostgresCodes.Refused, first.Code);
        Assert.Contains($"No primary accepts connections at 127.0.0.1:{one}, 127.0.0.1:{other}", first.Symptom, StringComparison.Ordinal);
        Assert.Contains(
            $"PGTARGETSESSIONATTRS=read-write psql -h 127.0.0.1,127.0.0.1 -p {one},{other} -U x -d z", first.Evidence[0].Query,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved()
    {
        var (first, _) = await DoctorRig.FirstAsync("Host=nowhere.invalid;Username=x;Password=y;Database=z");

        Assert.Equal(PostgresCodes.NameResolution, first.Code);
    }

    [Fact]
    public async Task A_server_that_does_not_answer()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;

        var (first, _) = await DoctorRig.FirstAsync(
            $"Host=127.0.0.1;Port={port};Username=x;Password=y;Database=z", null, ("Timeout", "00:00:01"));

        Assert.Equal(PostgresCodes.NoAnswer, first.Code);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData(null)]
    public async Task A_password_that_is_wrong_or_missing(string? password)
    {
        var database = new NpgsqlConnectionStringBuilder(await stores.CreateDatabaseAsync()) { Password = password };

        var (first, _) = await DoctorRig.FirstAsync(database.ConnectionString);

        Assert.Equal(PostgresCodes.Authentication, first.Code);
    }

    [Fact]
    public async Task A_database_that_does_not_exist()
    {
        var database = new NpgsqlConnectionStringBuilder(await stores.CreateDatabaseAsync()) { Database = "not_there" };

        var (first, _) = await DoctorRig.FirstAsync(database.ConnectionString);

        Assert.Equal(PostgresCodes.DatabaseMissing, first.Code);
    }

    [Fact]
    public async Task A_server_with_too_many_clients()
    {
        await using var cluster = await OwnCluster.StartAsync(maxConnections: 5);
        await cluster.ExecuteAsSuperuserAsync("create role ordinary login password 'ordinary'; grant connect on database ragdb to ordinary");
        var ordinary = new NpgsqlConnectionStringBuilder(cluster.Database) { Username = "ordinary", Password = "ordinary" }.ConnectionString;
        await using var one = await OwnCluster.OpenAsync(ordinary);
        await using var two = await OwnCluster.OpenAsync(ordinary);

        var (first, _) = await DoctorRig.FirstAsync(ordinary, cluster.DataDirectory);

        Assert.Equal(PostgresCodes.TooManyClients, first.Code);
    }

    [Fact]
    public async Task A_disk_without_space()
    {
        Assert.SkipUnless(SmallDisk.CanMount, "Mounting a file system needs root on Linux.");
        using var disk = SmallDisk.Mount(megabytes: 200);
        await using var cluster = await OwnCluster.StartAsync(disk.Path);
        await cluster.ExecuteAsync("select 1");
        disk.Fill();

        var (first, report) = await DoctorRig.FirstAsync(cluster.Database, cluster.DataDirectory, ("FreeShare", "0"), ("FreeBytes", "0"));
        Assert.True(first.Code == PostgresCodes.DiskFull, first.Symptom);
        Assert.Contains("No space left on device", first.Symptom, StringComparison.Ordinal);
        Assert.InRange(report.Disks.Single().UsedShare, 0.99, 1);

        // A server that cannot even start for it is explained by the disk, too.
        await cluster.Server.StopAsync(Token);
        var (stopped, _) = await DoctorRig.FirstAsync(cluster.Database, cluster.DataDirectory);
        Assert.Equal(PostgresCodes.DiskFull, stopped.Code);
        disk.Clear();
    }

    [Fact]
    public async Task A_database_that_is_read_only()
    {
        await using var cluster = await OwnCluster.StartAsync();
        await cluster.ExecuteAsync("alter database ragdb set default_transaction_read_only = on");

        var (first, _) = await DoctorRig.FirstAsync(cluster.Database, cluster.DataDirectory);

        Assert.Equal(PostgresCodes.ReadOnly, first.Code);
    }

    [Fact]
    public async Task A_server_in_recovery()
    {
        await using var cluster = await OwnCluster.StartAsync(durable: true);
        await using var rig = DoctorRig.Create(cluster.Database);
        await rig.Get<Migrator>().MigrateAsync(Token);
        await cluster.Server.StopAsync(Token);
        await File.WriteAllTextAsync(Path.Combine(cluster.Directory, "standby.signal"), "", Token);
        await cluster.Server.StartAsync(Token);

        var (first, _) = await DoctorRig.FirstAsync(cluster.Database, cluster.DataDirectory);

        Assert.Equal(PostgresCodes.Recovery, first.Code);
    }

    [Fact]
    public async Task A_server_that_is_shutting_down()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        await using var cluster = await OwnCluster.StartAsync();
        await using var session = await cluster.OpenAsync();

        // A smart shutdown: the server waits for its sessions and takes no new ones.
        using (var kill = Process.Start("kill", ["-TERM", $"{cluster.Server.ProcessId}"]))
        {
            await kill.WaitForExitAsync(Token);
        }

        await Eventually.TrueAsync(
            async () =>
                (await DoctorRig.FirstAsync(cluster.Database, cluster.DataDirectory)).First.Code == PostgresCodes.Starting,
            TimeSpan.FromSeconds(5), () => "another finding", Token);
        await session.CloseAsync();
    }

    [Fact]
    public async Task A_cluster_of_another_major_version()
    {
        await using var cluster = await OwnCluster.StartAsync();
        await cluster.Server.StopAsync(Token);
        var file = Path.Combine(cluster.Directory, "PG_VERSION");
        var version = await File.ReadAllTextAsync(file, Token);
        await File.WriteAllTextAsync(file, "12\n", Token);

        var (first, _) = await DoctorRig.FirstAsync(cluster.Database, cluster.DataDirectory);

        Assert.Equal(PostgresCodes.Version, first.Code);
        Assert.Contains("PostgreSQL 12", first.Symptom, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, version, Token);
    }

    [Fact]
    public async Task A_server_that_is_older_than_supported()
    {
        var (first, _) = await DoctorRig.FirstAsync(await stores.CreateDatabaseAsync(), null, ("MinimumVersion", "99"));

        Assert.Equal(PostgresCodes.Version, first.Code);
    }

    [Fact]
    public async Task A_database_without_migrations()
    {
        var (first, _) = await DoctorRig.FirstAsync(await stores.CreateDatabaseAsync());

        Assert.Equal(PostgresCodes.Migration, first.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_index_that_is_damaged(bool withAmcheck)
    {
        await using var cluster = await OwnCluster.StartAsync();
        await cluster.ExecuteAsync("""
            create table numbered (n int not null);
            insert into numbered select generate_series(1, 50000);
            create index numbered_n on numbered (n);
            """);
        if (withAmcheck)
        {
            await cluster.ExecuteAsSuperuserAsync(
                "create extension amcheck; grant execute on function bt_index_check(regclass) to ragaspire");
        }

        var file = Path.Combine(cluster.Directory, await cluster.ScalarAsync<string>("select pg_relation_filepath('numbered_n')"));
        await cluster.Server.StopAsync(Token);
        await using (var stream = File.OpenWrite(file))
        {
            stream.Position = (8192 * 20) + 100;
            stream.Write(Enumerable.Repeat((byte)0xA5, 4000).ToArray());
        }

        await cluster.Server.StartAsync(Token);
        await using var rig = DoctorRig.Create(cluster.Database, cluster.DataDirectory);
        await rig.Get<Migrator>().MigrateAsync(Token);

        var report = await rig.ExamineAsync(withIndexes: true);

        Assert.Equal(PostgresCodes.Corrupted, report.Findings[0].Code);
        Assert.Equal("numbered_n", report.Findings[0].Subject);

        // Once a statement has met the page, the probe knows it from the server's counter.
        Assert.Contains(await rig.ProbeAsync(), observation => observation.Code == PostgresCodes.Corrupted);
    }
}
