using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RagAspire.Embedded.Redis;
using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Maintenance;

/// <summary>Only old data of the product is removed, and failures are reported.</summary>
public sealed class CleanUpTests(Stores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_old_files_of_the_product_are_removed()
    {
        using var logs = TestDirectory.Create("logs");
        var (old, ours) = (Touch(logs.Path, "api.log", 8), Touch(Path.GetTempPath(), $"ragaspire-{Guid.NewGuid():N}.upload", 2));
        string[] kept =
        [
            Touch(logs.Path, "worker.log", 6), Touch(logs.Path, "notes.txt", 400),
            Touch(Path.GetTempPath(), $"ragaspire-{Guid.NewGuid():N}.upload", 0),
            Touch(Path.GetTempPath(), $"ragaspire-mine-{Guid.NewGuid():N}", 400),
        ];
        try
        {
            await using var host = await HostAsync(new() { ["Maintenance:CleanUp:LogFolders:0"] = logs.Path });
            await host.SucceedAsync("clean-up", dryRun: true);
            Assert.True(File.Exists(old) && File.Exists(ours));
            await host.SucceedAsync("clean-up");
            Assert.False(File.Exists(old) || File.Exists(ours));
            Assert.All(kept, path => Assert.True(File.Exists(path), path));
        }
        finally
        {
            kept.ToList().ForEach(File.Delete);
        }
    }

    [Fact]
    public async Task Caches_are_kept_within_their_budget_and_entries_that_expire_first_are_removed_first()
    {
        await using var redis = EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 64 });
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var database = connection.GetDatabase();
        for (var i = 1; i <= 20; i++)
        {
            await database.StringSetAsync($"ragaspire:search:{i}", new string('x', 10_000), TimeSpan.FromMinutes(i));
        }

        await database.StringSetAsync("foreign", new string('x', 100_000));
        await using var host = await HostAsync(new() { ["Maintenance:CleanUp:CacheBytes"] = "105000" }, redis.ConnectionString);
        await ConnectedAsync(host);
        await host.SucceedAsync("clean-up");
        Assert.True(await database.KeyExistsAsync("foreign"));
        Assert.Equal(
            Enumerable.Range(11, 10), Enumerable.Range(1, 20).Where(i => database.KeyExists($"ragaspire:search:{i}")));

        await redis.StopAsync(Cancelled);
        var failed = await host.RunAsync("clean-up");
        Assert.Equal(RunStatus.Failed, failed.Status);
        Assert.Contains(failed.Report!.Notes, note => note.Contains("Redis", StringComparison.Ordinal));
        redis.Start();
        await ConnectedAsync(host);
        await host.SucceedAsync("clean-up");
    }

    /// <summary>The engine is played; what it is asked for was tried on a real one.</summary>
    [Fact]
    public async Task Of_a_container_engine_only_what_the_deployment_left_is_removed()
    {
        using var directory = TestDirectory.Create("engine");
        var socket = Path.Combine(directory.Path, "engine.sock");
        await using var engine = await ContainerEngineStub.StartAsync(socket);
        await using (var host = await HostAsync(new() { ["Maintenance:CleanUp:ContainerSocket"] = socket }))
        {
            await host.SucceedAsync("clean-up", dryRun: true);
            Assert.Empty(engine.Requests);
            var notes = (await host.SucceedAsync("clean-up")).Notes;
            Assert.Contains("The container engine removed 1 unused images, 12.0 MB.", notes);
            Assert.Contains("The container engine removed 2 unused containers, 0.5 MB.", notes);
        }

        const string Ours = "\"label\":[\"ragaspire.deployment=true\"],\"label!\":[\"ragaspire.keep=true\"]";
        Assert.Equal(
            [
                $"/containers/prune {{{Ours},\"until\":[\"86400s\"]}}",
                $"/images/prune {{\"dangling\":[\"false\"],{Ours},\"until\":[\"86400s\"]}}",
                $"/networks/prune {{{Ours},\"until\":[\"86400s\"]}}",
                $"/volumes/prune {{{Ours}}}",
            ],
            engine.Requests);

        await engine.DisposeAsync();
        await using var without = await HostAsync(new() { ["Maintenance:CleanUp:ContainerSocket"] = socket });
        var failed = await without.RunAsync("clean-up");
        Assert.Equal(RunStatus.Failed, failed.Status);
        Assert.Contains(failed.Report!.Notes, note => note.StartsWith("The container engine at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Expired_leases_are_released_and_orphaned_uploads_deleted()
    {
        await using var host = await HostAsync();
        await host.ExecuteAsync("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, version, status, claimed_until)
            values ('0199f7b4-0000-7000-8000-000000000001', 'default', 'a', 'text/plain', 1, '\x01', 2, 'processing',
                now() - interval '1 hour');
            insert into document_contents (document_id, version, created_at)
            select id, v, now() - interval '3 days' from documents, generate_series(1, 2) v
            """);
        await host.SucceedAsync("clean-up");
        Assert.Equal("pending", await host.ScalarAsync<string>("select status from documents"));
        Assert.Equal(2, await host.ScalarAsync<int>("select max(version) from document_contents having count(*) = 1"));
    }

    [Fact]
    public async Task Certificates_of_files_and_servers_are_read_and_expired_ones_fail()
    {
        using var folder = TestDirectory.Create("certificates");
        var (good, expired) = (TestCertificate.Create(90), TestCertificate.Create(-1));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "good.pem"), good.ExportCertificatePem(), Cancelled);
        await File.WriteAllBytesAsync(
            Path.Combine(folder.Path, "good.pfx"), good.Export(X509ContentType.Pfx, "secret"), Cancelled);
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = ServeAsync(server, expired);
        var endpoint = $"127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}";

        await using var host = await HostAsync(new()
        {
            ["Maintenance:Certificates:Files:0"] = Path.Combine(folder.Path, "good.pem"),
            ["Maintenance:Certificates:Files:1"] = Path.Combine(folder.Path, "good.pfx") + "|secret",
            ["Maintenance:Certificates:Files:2"] = Path.Combine(folder.Path, "missing.pem"),
            ["Maintenance:Certificates:Endpoints:0"] = endpoint,
        });
        var run = await host.RunAsync("certificates");
        await serving;
        Assert.Equal((RunStatus.Failed, 4L, 2L), (run.Status, run.Report!.Examined, run.Report.Failed));
        Assert.Contains(run.Report.Notes, note => note.StartsWith($"{endpoint} expired", StringComparison.Ordinal));
        Assert.Contains(run.Report.Notes, note => note.Contains("missing.pem cannot be read", StringComparison.Ordinal));
        Assert.Equal(90, run.Report.After[Path.Combine(folder.Path, "good.pem") + ".days"], tolerance: 0.2);
        Assert.Equal(3, await host.ScalarAsync<long>("select count(*) from kept_figures where name = 'certificates'"));
    }

    [Fact]
    public async Task Documents_are_counted_by_status_and_an_unused_status_is_zero()
    {
        await using var host = await HostAsync();
        await host.ExecuteAsync("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, status)
            select gen_random_uuid(), 'c' || i, 'a', 'text/plain', 10, '\x01', case when i < 3 then 'ready' else 'failed' end
                from generate_series(1, 5) i
            """);
        var report = await host.SucceedAsync("metrics");
        Assert.Equal((5, 4, 50), (report.Examined, report.After["documents.duplicates"], report.After["documents.bytes"]));
        Assert.Equal(
            "failed=3 pending=0 processing=0 ready=2",
            await host.ScalarAsync<string>(
                "select string_agg((labels ->> 'status') || '=' || value, ' ' order by labels ->> 'status') from kept_figures"));
    }

    [Fact]
    public async Task The_monthly_report_lists_growth_duplicates_and_unused_documents()
    {
        await using var host = await HostAsync();
        await host.SucceedAsync("database-daily");
        await host.ExecuteAsync("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, status, ready_version, created_at)
            select gen_random_uuid(), 'c' || i, 'a', 'text/plain', 1048576, '\x01', 'ready', 1, now() - interval '60 days'
                from generate_series(1, 3) i;
            insert into audit_logs (actor, action, subject) select repeat('a', 1000), 'a', i::text from generate_series(1, 5000) i
            """);
        var report = await host.SucceedAsync("monthly-report");
        Assert.Equal((3, 2), (report.After["documents.unused"], report.After["documents.duplicates"]));
        Assert.Contains(report.Notes, note => note.StartsWith("audit_logs grew by", StringComparison.Ordinal));
    }

    private async Task<MaintenanceHost> HostAsync(Dictionary<string, string?>? settings = null, string? redis = null) =>
        await MaintenanceHost.CreateAsync(await stores.CreateMigratedAsync(), redis ?? stores.Redis, settings);

    private static Task ConnectedAsync(MaintenanceHost host) => Eventually.TrueAsync(
        () => Task.FromResult(host.Get<IConnectionMultiplexer>().IsConnected),
        TimeSpan.FromSeconds(30),
        () => "No connection to Redis.",
        Cancelled);

    private static string Touch(string folder, string name, int days)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, "text");
        File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-days));
        return path;
    }

    private static async Task ServeAsync(TcpListener server, X509Certificate2 certificate)
    {
        using var client = await server.AcceptTcpClientAsync(Cancelled);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Cancelled);
        _ = await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Cancelled);
    }
}
