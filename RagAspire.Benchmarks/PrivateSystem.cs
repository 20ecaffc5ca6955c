using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Embedded.Redis;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks;

/// <summary>A private PostgreSQL and Garnet, and the product's real processes over them; all are removed at the end.</summary>
internal sealed class PrivateSystem : IAsyncDisposable
{
    public const string Key = "benchmark";

    private readonly DirectoryInfo _directory;
    private readonly EmbeddedPostgres _postgres;
    private readonly EmbeddedRedis _redis = EmbeddedRedis.Start(new RedisOptions());
    private readonly List<HostProcess> _processes = [];

    private PrivateSystem(DirectoryInfo directory, EmbeddedPostgres postgres) => (_directory, _postgres) = (directory, postgres);

    /// <summary>For files of the benchmark.</summary>
    public string Path => _directory.FullName;

    public string Database => _postgres.ConnectionString;

    /// <summary>The connection string of the Redis server, which runs in this process.</summary>
    public string Cache => _redis.ConnectionString;

    /// <summary>Of PostgreSQL's first process.</summary>
    public int? DatabaseProcess => _postgres.ProcessId;

    /// <summary>For what the role of the application may not do.</summary>
    public string Superuser => _postgres.SuperuserConnectionStringFor("ragdb");

    /// <param name="durable">False for benchmarks that do not measure writing.</param>
    /// <param name="parent">Where its directory is made; by default with other temporary files.</param>
    public static async Task<PrivateSystem> StartAsync(bool durable, CancellationToken cancellationToken, string? parent = null)
    {
        var directory = parent is null ? Directory.CreateTempSubdirectory("ragaspire-benchmark-")
            : Directory.CreateDirectory(System.IO.Path.Combine(parent, "system"));
        try
        {
            var options = new PostgresOptions { DataDirectory = directory.FullName, Durable = durable };
            return new PrivateSystem(directory, await EmbeddedPostgres.StartAsync(options, cancellationToken: cancellationToken));
        }
        catch
        {
            directory.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Starts a process of the product and waits until it is ready.</summary>
    public async Task<HostProcess> StartAsync(
        string project, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = Database,
            ["ConnectionStrings__cache"] = _redis.ConnectionString,
            ["Security__DevelopmentKey"] = Key,
            ["Limits__RequestsPerSecond"] = "100000",
            ["Limits__Burst"] = "100000",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        var process = new HostProcess(project, environment);
        _processes.Add(process);
        await process.StartAsync(cancellationToken, "/ready");
        return process;
    }

    /// <summary>kill -9 of PostgreSQL's first process.</summary>
    public void KillDatabase() => CLibrary.Signal(_postgres.ProcessId ?? throw new InvalidOperationException("It has ended."), CLibrary.Kill);

    public Task StopDatabaseAsync(CancellationToken cancellationToken) => _postgres.StopAsync(cancellationToken);

    public Task StartDatabaseAsync(CancellationToken cancellationToken) => _postgres.StartAsync(cancellationToken);

    public Task StopCacheAsync(CancellationToken cancellationToken) => _redis.StopAsync(cancellationToken);

    public void StartCache() => _redis.Start();

    /// <summary>A client with all rights.</summary>
    public static HttpClient ClientOf(HostProcess api) =>
        new() { BaseAddress = api.Address, DefaultRequestHeaders = { { "X-Api-Key", Key } } };

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
