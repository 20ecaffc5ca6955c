using System.Net.Http.Headers;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Deployment;

/// <summary>Three APIs, two workers and nginx, started when the first test of a class asks for them.</summary>
public sealed class ReplicaRig : IAsyncDisposable
{
    private readonly TestDirectory _directory = TestDirectory.Create("replicas");
    private RagSystem? _system;
    private LoadBalancer? _balancer;

    public IReadOnlyList<HostProcess> Replicas { get; private set; } = [];

    public IReadOnlyList<HostProcess> Workers { get; private set; } = [];

    public LoadBalancer Balancer => _balancer!;

    public string Database => _system!.Database;

    public async Task StartAsync(Stores stores)
    {
        if (_balancer is not null)
        {
            return;
        }

        var cancellationToken = TestContext.Current.CancellationToken;
        _system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["Proxies__Networks"] = "127.0.0.1/32",
                ["Limits__AnonymousRequestsPerSecond"] = "1",

                // The clients ask as fast as the machine answers.
                ["Limits__RequestsPerSecond"] = "100000",
                ["Limits__Burst"] = "100000",
                ["Shutdown__Delay"] = "00:00:02",
            },
        });
        Replicas = [_system.Api, _system.AnotherApi(), _system.AnotherApi()];
        Workers = [_system.Worker, _system.AnotherWorker()];
        await Task.WhenAll(Replicas.Skip(1).Select(api => api.StartAsync(cancellationToken, "/ready"))
            .Append(Workers[1].StartAsync(cancellationToken)));
        _balancer = new LoadBalancer(_directory.Path, [.. Replicas.Select(api => api.Address)]);
        await _balancer.StartAsync(cancellationToken);
    }

    /// <summary>A client of the load balancer with all rights.</summary>
    public HttpClient Client()
    {
        var client = Balancer.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", RagSystem.Key);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_balancer is not null)
        {
            await _balancer.DisposeAsync();
        }

        foreach (var process in Replicas.Skip(1).Concat(Workers.Skip(1)))
        {
            await process.DisposeAsync();
        }

        if (_system is not null)
        {
            await _system.DisposeAsync();
        }

        _directory.Dispose();
    }
}
