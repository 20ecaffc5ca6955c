namespace RagAspire.Tests.Support;

/// <summary>What a test's own system is to be like.</summary>
public sealed record RagSystemOptions
{
    /// <summary>Null for a fresh database of the server that all tests share.</summary>
    public string? Database { get; init; }

    /// <summary>Null for the Redis that all tests share.</summary>
    public string? Redis { get; init; }

    /// <summary>Configuration of API and worker, by environment variable.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>The real API and the real worker as processes, over real stores.</summary>
public sealed class RagSystem : IAsyncDisposable
{
    public const string Key = "test-key-with-all-scopes";

    private readonly IReadOnlyDictionary<string, string> _environment;

    private RagSystem(IReadOnlyDictionary<string, string> environment, string database)
    {
        (_environment, Database) = (environment, database);
        (Api, Worker) = (new HostProcess("RagAspire.Api", environment), AnotherWorker());
        Client = new RagClient(Api.Address, Key);
    }

    public HostProcess Api { get; }

    public HostProcess Worker { get; }

    public string Database { get; }

    public RagClient Client { get; }

    public static async Task<RagSystem> StartAsync(Stores stores, RagSystemOptions? options = null)
    {
        options ??= new RagSystemOptions();
        var cancellationToken = TestContext.Current.CancellationToken;
        var database = options.Database ?? await stores.CreateMigratedAsync();
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = database,
            ["ConnectionStrings__cache"] = options.Redis ?? stores.Redis,
            ["Security__DevelopmentKey"] = Key,
            ["Backups__SigningKey"] = Backups.BackupRig.SigningKey,
            ["Jobs__RetryDelay"] = "00:00:02",
            ["Leases__Duration"] = "00:00:03",
            ["DOTNET_ENVIRONMENT"] = "Development",
            // A system lives for a few seconds: optimized code would be ready when it ends.
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_TC_CallCountThreshold"] = "400", // In hexadecimal digits.
        };
        foreach (var (name, value) in options.Settings)
        {
            environment[name] = value;
        }

        var system = new RagSystem(environment, database);
        try
        {
            await Task.WhenAll(system.Api.StartAsync(cancellationToken), system.Worker.StartAsync(cancellationToken));
            await system.Client.WaitUntilReadyAsync(cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>An API like the system's own, on another address, not started and not ended with it.</summary>
    public HostProcess AnotherApi() => new("RagAspire.Api", _environment);

    /// <summary>A worker like the system's own, not started and not ended with it.</summary>
    public HostProcess AnotherWorker() => new("RagAspire.Worker", _environment);

    /// <summary>Creates an API key.</summary>
    /// <returns>Its secret.</returns>
    public async Task<string> NewKeyAsync(object request) =>
        (await Client.PostAsync("/api/v1/operations/api-keys", request))["secret"]!.GetValue<string>();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Api.DisposeAsync();
        await Worker.DisposeAsync();
    }
}
