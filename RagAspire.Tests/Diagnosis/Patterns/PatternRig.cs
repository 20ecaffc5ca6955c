using System.Text;
using RagAspire.Tests.Diagnosis.Postgres;
using RagAspire.Tests.Diagnosis.Stack;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors.Qdrant;
using RagAspire.TestSupport.Disks;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Diagnosis.Patterns;

/// <summary>
/// A running API over stores that can be broken, with one ingested document. The machine around it is a planted one, so that a
/// busy test machine is no finding, and patience is long wherever a limit is a time.
/// </summary>
internal sealed class PatternRig : IAsyncDisposable
{
    private readonly TestDirectory _snapshots;
    private RagSystem _system = null!;

    private PatternRig(
        OwnCluster cluster, TestDirectory snapshots, RealRedis redis, QdrantStub qdrant, OllamaStub ollama, SmallDisk? disk) =>
        (Cluster, _snapshots, Redis, Qdrant, Ollama, Disk) = (cluster, snapshots, redis, qdrant, ollama, disk);

    public OwnCluster Cluster { get; }

    public RealRedis Redis { get; }

    /// <summary>The folder in which Redis saves.</summary>
    public string Snapshots => _snapshots.Path;

    public QdrantStub Qdrant { get; }

    public OllamaStub Ollama { get; }

    public PlantedKernel Kernel { get; } = new();

    /// <summary>The disk of the data directory; null where none can be mounted.</summary>
    public SmallDisk? Disk { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<PatternRig> StartAsync(Stores stores)
    {
        var snapshots = TestDirectory.Create("snapshots");
        var rig = new PatternRig(
            await OwnCluster.StartAsync(maxConnections: 100, durable: true),
            snapshots,
            await RealRedis.StartAsync("--dir", snapshots.Path, "--enable-debug-command", "yes"),
            await QdrantStub.StartAsync(),
            await OllamaStub.StartAsync(),
            SmallDisk.CanMount ? SmallDisk.Mount(megabytes: 16) : null);
        try
        {
            rig._system = await RagSystem.StartAsync(stores, new RagSystemOptions
            {
                Database = $"{rig.Cluster.Database};Maximum Pool Size=40",
                Redis = $"{rig.Redis.Address},abortConnect=false",
                Settings = rig.Settings(),
            });
            await rig._system.Client.UploadAndWaitAsync("fox.txt", Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog."));
            await rig._system.Client.FindAsync("quick fox");
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>The codes of the findings, in their order.</summary>
    public async Task<IReadOnlyList<string>> CodesAsync()
    {
        var report = await _system.Client.GetAsync("/api/v1/operations/diagnostics");
        return [.. report["findings"]!.AsArray().Select(finding => finding!["code"]!.GetValue<string>())];
    }

    /// <summary>Nothing but the API changes stored state from now on.</summary>
    public Task StopWorkerAsync() => _system.Worker.StopAsync(Token);

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }

        await Ollama.DisposeAsync();
        await Qdrant.DisposeAsync();
        await Redis.DisposeAsync();
        await Cluster.DisposeAsync();
        Disk?.Dispose();
        Kernel.Dispose();
        _snapshots.Dispose();
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["ConnectionStrings__vectors"] = $"Endpoint={Qdrant.Address}",
        ["ConnectionStrings__chat"] = Ollama.ConnectionString(Ollama.ChatModel),
        ["ConnectionStrings__embeddings"] = Ollama.ConnectionString(Ollama.EmbeddingModel),
        ["Limits__RequestsPerSecond"] = "1000",
        ["Limits__Burst"] = "1000",

        // Limits that a test reaches at once.
        ["Diagnosis__Postgres__ConnectionShare"] = "0.4",
        ["Diagnosis__Postgres__IdleInTransaction"] = "00:00:01",
        ["Diagnosis__Postgres__LockWait"] = "00:00:00.500",
        ["Diagnosis__Postgres__TableRows"] = "1000",
        ["Diagnosis__Postgres__VacuumDelay"] = "00:00:00",
        ["Diagnosis__Postgres__ReplicationBytes"] = "1000",
        ["Diagnosis__Jobs__QueueLength"] = "5",
        ["Diagnosis__Machine__Root"] = Kernel.Root,
        ["Diagnosis__Machine__DataDirectory"] = Disk?.Path ?? Kernel.Root,
        ["Diagnosis__Machine__Sample"] = "00:00:00.050",

        // A machine on which other tests run is slow, which is not what the table is about.
        ["Diagnosis__ProbeLimit"] = "00:00:30",
        ["Diagnosis__Limit"] = "00:00:30",
        ["Diagnosis__Postgres__Timeout"] = "00:00:10",
        ["Diagnosis__Postgres__PoolTimeout"] = "00:00:10",
        ["Diagnosis__Redis__Timeout"] = "00:00:10",
        ["Diagnosis__Redis__Latency"] = "00:00:10",
        ["Diagnosis__Redis__SlowCommand"] = "00:00:00.800",
        ["Diagnosis__Index__Timeout"] = "00:00:10",
        ["Diagnosis__Index__Latency"] = "00:00:10",
        ["Diagnosis__Models__Timeout"] = "00:00:10",
        ["Diagnosis__Machine__ResponseTime"] = "00:01:00",
        ["Diagnosis__Machine__ThreadPoolDelay"] = "00:01:00",
        ["Diagnosis__Machine__GcPercent"] = "100",
        ["Diagnosis__Machine__ClockSkew"] = "00:01:00",
        ["Diagnosis__Causes__SlowSearch"] = "00:10:00",
        ["Diagnosis__Causes__SlowRequest"] = "00:10:00",
    };
}
