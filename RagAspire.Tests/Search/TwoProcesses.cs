using Microsoft.Extensions.DependencyInjection;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Search;

/// <summary>Two processes of one installation that share a Redis.</summary>
internal sealed class TwoProcesses : IAsyncDisposable
{
    private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RedisProxyStub _proxy;

    private TwoProcesses(Stores stores) => _proxy = new RedisProxyStub(stores.Redis)
    {
        OnCommands = commands => _ = commands.Contains("EXISTS", StringComparison.Ordinal) && _waits.TrySetResult(),
    };

    public SearchRig One { get; private set; } = null!;

    public SearchRig Other { get; private set; } = null!;

    /// <summary>Completed when the other process waits for what the one computes.</summary>
    public Task OtherWaits => _waits.Task;

    /// <param name="wait">The setting of the only wait there is, which is longer than any test.</param>
    public static async Task<TwoProcesses> StartAsync(Stores stores, string wait)
    {
        var both = new TwoProcesses(stores);
        var settings = new Dictionary<string, string?>
        {
            ["Cache:Patience"] = "00:00:10",
            ["Cache:Wait"] = "00:00:00",
            ["Cache:AnswerWait"] = "00:00:00",
            [wait] = "00:01:00",
        };
        both.One = await SearchRig.StartAsync(stores, settings: settings, configure: Patient(stores.Redis));
        both.Other = await SearchRig.StartAsync(stores, settings: settings, configure: Patient(both._proxy.ConnectionString));
        var installation = Guid.NewGuid();
        both.One.Generation.Loaded(installation, new Dictionary<string, long>());
        both.Other.Generation.Loaded(installation, new Dictionary<string, long>());
        return both;
    }

    /// <summary>The product's client gives up after a second, which a busy machine can take.</summary>
    private static Action<IServiceCollection> Patient(string redis) => services => services.AddSingleton<IConnectionMultiplexer>(
        _ => ConnectionMultiplexer.Connect($"{redis},asyncTimeout=60000,syncTimeout=60000,connectTimeout=60000"));

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
        await _proxy.DisposeAsync();
    }
}
