using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Embedded.Redis;
using RagAspire.TestSupport;

namespace RagAspire.Benchmarks;

/// <summary>A PostgreSQL and a Garnet of a benchmark's own, and the product's real processes over them. Nothing of it stays.</summary>
internal sealed class PrivateSystem : IAsyncDisposable
{
    public const string Key = "benchmark";

    private readonly DirectoryInfo _directory;
    private readonly EmbeddedPostgres _postgres;
    private readonly EmbeddedRedis _redis;
    private readonly List<BackgroundProgram> _programs = [];

    private PrivateSystem(DirectoryInfo directory, EmbeddedPostgres postgres)
    {
        (_directory, _postgres, _redis) = (directory, postgres, EmbeddedRedis.Start(new RedisOptions()));
    }

    /// <summary>For files of the benchmark.</summary>
    public string Path => _directory.FullName;

    public string Database => _postgres.ConnectionString;

    /// <param name="durable">False where nothing is measured that writes.</param>
    public static async Task<PrivateSystem> StartAsync(bool durable, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("ragaspire-benchmark-");
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
    public async Task<Subject> StartAsync(
        string project, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var ours = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        var program = System.IO.Path.Combine(
            ours.Parent!.Parent!.Parent!.Parent!.FullName, project, "bin", ours.Parent.Name, ours.Name, $"{project}.dll");
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = Database,
            ["ConnectionStrings__cache"] = _redis.ConnectionString,
            ["Security__DevelopmentKey"] = Key,
            ["Limits__RequestsPerSecond"] = "100000",
            ["Limits__Burst"] = "100000",
            ["Logging__LogLevel__Default"] = "Warning",
            ["ASPNETCORE_URLS"] = address.ToString(),
            ["DOTNET_gcServer"] = "0",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        var running = BackgroundProgram.Start("dotnet", [program], environment, System.IO.Path.GetDirectoryName(program));
        _programs.Add(running);
        await running.WaitUntilReadyAsync(new Uri(address, "/ready"), cancellationToken);
        return new Subject(address, running.ProcessId);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            await program.DisposeAsync();
        }

        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>A process of the product, and a client of it that may do all.</summary>
internal sealed class Subject(Uri address, int processId)
{
    public int ProcessId => processId;

    public HttpClient Client { get; } = new() { BaseAddress = address, DefaultRequestHeaders = { { "X-Api-Key", PrivateSystem.Key } } };
}
