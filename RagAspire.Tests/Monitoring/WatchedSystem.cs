using Npgsql;
using RagAspire.AppHost;
using RagAspire.AppHost.Monitoring;
using RagAspire.Embedded;
using RagAspire.Embedded.Redis;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;
using RagAspire.Tests.Sync;
using RagAspire.TestSupport.Ollama;
using Stores = RagAspire.Tests.Support.Stores;

[assembly: AssemblyFixture(typeof(WatchedSystem))]

namespace RagAspire.Tests.Monitoring;

/// <summary>
/// One real system on stores of its own with the real Prometheus, Alertmanager and exporters around it, set up by the
/// same code and files as in a local run; only that all goes quicker. For all tests of the monitoring, also those that
/// break something and mend it again.
/// </summary>
public sealed class WatchedSystem : IAsyncDisposable
{
    private readonly Lock _starting = new();
    private Task<WatchedParts>? _parts;

    internal Task<WatchedParts> PartsAsync(Stores stores)
    {
        Assert.SkipWhen(
            PrometheusTool.Find("prometheus") is null || PrometheusTool.Find("prometheus-alertmanager") is null,
            "Prometheus or Alertmanager is not installed (Debian: apt install prometheus prometheus-alertmanager).");
        lock (_starting)
        {
            return _parts ??= WatchedParts.StartAsync(stores);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_parts is { IsCompletedSuccessfully: true })
        {
            await (await _parts).DisposeAsync();
        }
    }
}

internal sealed class WatchedParts : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly TestDirectory _directory = TestDirectory.Create("watched");
    private Task? _maintained;
    private WebStub _receiver = null!;

    public RagSystem System { get; private set; } = null!;

    public PrivatePostgres Postgres { get; private set; } = null!;

    public EmbeddedRedis Redis { get; private set; } = null!;

    public OllamaStub Ollama { get; private set; } = null!;

    public OtlpCollector Collector { get; private set; } = null!;

    public PrometheusClient Prometheus { get; private set; } = null!;

    public static async Task<WatchedParts> StartAsync(Stores stores)
    {
        var parts = new WatchedParts();
        try
        {
            await parts.StartSystemAsync(stores);
            await parts.StartMonitoringAsync();
            return parts;
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
    }

    /// <summary>A little of a day's work, and, the first time, of the night's.</summary>
    public async Task LoadAsync()
    {
        await LoadRig.RunAsync(System.Client);
        await (_maintained ??= MaintenanceRig.RunAsync(this));
        await AbandonRequestAsync();
    }

    /// <summary>
    /// A client gives up while a statement waits for a lock. The API cancels the statement: a failed operation.
    /// </summary>
    private async Task AbandonRequestAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        // Not of the pool, whose connections other tests may have broken.
        await using var connection = new NpgsqlConnection($"{System.Database};Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var lockTable = new NpgsqlCommand("lock table golden_sets in access exclusive mode", connection, transaction);
        await lockTable.ExecuteNonQueryAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var request = System.Client.Http.GetAsync(
            new Uri("/api/v1/operations/golden-sets/default", UriKind.Relative), patience.Token);
        await using var waiting = new NpgsqlCommand(
            "select count(*) from pg_locks where not granted and relation = 'golden_sets'::regclass", connection, transaction);
        await Eventually.TrueAsync(
            async () => await waiting.ExecuteScalarAsync(cancellationToken) is > 0L,
            TimeSpan.FromSeconds(20), () => "No statement waits.", cancellationToken);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    /// <summary>Ends what was started, the last first.</summary>
    public async ValueTask DisposeAsync()
    {
        Prometheus?.Dispose();
        foreach (var part in _parts.AsEnumerable().Reverse())
        {
            await part.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task StartSystemAsync(Stores stores)
    {
        Collector = Owned(await OtlpCollector.StartAsync());
        Ollama = Owned(await OllamaStub.StartAsync());
        Postgres = Owned(await PrivatePostgres.StartAsync());
        var certificate = Path.Combine(_directory.Path, "api.pem");
        await File.WriteAllTextAsync(
            certificate, TestCertificate.Create(days: 90).ExportCertificatePem(), TestContext.Current.CancellationToken);
        var shelf = Directory.CreateDirectory(Path.Combine(_directory.Path, "shelf"));
        await File.WriteAllTextAsync(
            Path.Combine(shelf.FullName, "note.txt"), "A note of a source.", TestContext.Current.CancellationToken);
        _receiver = Owned(await WebStub.StartAsync());
        _receiver.Set("/events", "taken");
        _receiver.Set("/metrics", CadvisorFigures.Text, "text/plain");
        Redis = Owned(EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 64 }));
        System = Owned(await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Database = Postgres.ConnectionString,
            Redis = Redis.ConnectionString,
            Settings = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Collector.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "2000",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
                ["ConnectionStrings__chat"] = Ollama.ConnectionString(Ollama.ChatModel),
                ["ConnectionStrings__embeddings"] = Ollama.ConnectionString(Ollama.EmbeddingModel),
                ["Usage__Prices__0__Model"] = "*",
                ["Usage__Prices__0__Input"] = "0.1",
                ["Answers__BreakDuration"] = "00:00:01",
                ["MemoryLeaks__Interval"] = "00:00:05",
                ["Sessions__Quiet"] = "00:00:01",
                ["Sync__Sources__shelf__Kind"] = "folder",
                ["Sync__Sources__shelf__Location"] = shelf.FullName,
                ["Sync__Sources__shelf__Schedule"] = "",
                ["Webhooks__chat__Url"] = $"{_receiver.Address}events",
                ["Webhooks__chat__Secret"] = "a secret of tests",
                ["Webhooks__chat__AllowPrivateAddresses"] = "true",
                ["Backups__Directory"] = Path.Combine(_directory.Path, "backups"),
                ["Maintenance__Certificates__Files__0"] = certificate,
            },
        }));

        // A verdict on memory needs a longer life than that of this system.
        await Sql.ExecuteAsync(Postgres.ConnectionString, """
            insert into memory_samples (service, instance, at, started_at, working_set)
            select 'ragaspire-old', 'old', now() - interval '30 s' * n, now() - interval '1 day', 200000000 + 1000000 * (n % 7)
            from generate_series(1, 240) n
            """);
    }

    private async Task StartMonitoringAsync()
    {
        var options = new AppHostOptions
        {
            DataDirectory = _directory.Path,
            ApiPort = System.Api.Address.Port,
            WorkerPort = System.Worker.Address.Port,
            Web = false,
            PrometheusPort = FreePort.Next(),
            AlertmanagerPort = FreePort.Next(),
        };
        var programs = InstalledMonitoring.Prepare(options, RagSystem.Key, RagSystem.Key, _ => null);
        var monitoring = Path.Combine(_directory.Path, "monitoring");
        DrillRules.Quicken(monitoring);

        // No container runs here: its figures are those of a page.
        new MonitoringFolder(BuildOutput.RepositoryRoot, monitoring)
            .AddTarget("cadvisor", _receiver.Address.Authority, "cadvisor");
        var environment = ExporterEnvironment.Postgres(Postgres.ConnectionString)
            .Concat(ExporterEnvironment.Redis(Redis.ConnectionString)).ToDictionary();
        foreach (var program in programs)
        {
            Owned(await MonitoringPrograms.StartAsync(program, environment));
        }

        Prometheus = new PrometheusClient(new Uri($"http://127.0.0.1:{options.PrometheusPort}"));
        await Eventually.TrueAsync(
            async () => (await Prometheus.QueryAsync("up == 1")).Count == programs.Count + 3,
            TimeSpan.FromSeconds(60),
            () => "A target is not scraped.",
            TestContext.Current.CancellationToken);
    }

    private T Owned<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
