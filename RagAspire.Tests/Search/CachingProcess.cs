using System.Text.Json.Nodes;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Search;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Search;

/// <summary>What a process has found.</summary>
internal sealed record Found(bool IsCached, IReadOnlyList<FoundHit> Hits);

/// <param name="Score">In an order that says nothing about equal ones.</param>
internal sealed record FoundHit(Guid ChunkId, string Name, double Score);

/// <summary>A process that serves searches from a cache, over a connection to Redis that can be cut.</summary>
internal abstract class CachingProcess(string redis) : IAsyncDisposable
{
    public RedisProxyStub Redis { get; } = new(redis);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public abstract Task<Found> SearchAsync(SearchQuery query);

    /// <summary>Applies all changes, or lets it do so by itself.</summary>
    public abstract Task FollowAsync();

    public virtual ValueTask DisposeAsync() => Redis.DisposeAsync();
}

/// <summary>The services of a process in this one, which hears of changes when a test says so.</summary>
internal sealed class CachingHost(string redis) : CachingProcess(redis)
{
    public CoreServices Core { get; private set; } = null!;

    /// <param name="settings">Besides the connection to Redis.</param>
    public static async Task<CachingHost> StartAsync(
        Stores stores, string database, string redis, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var host = new CachingHost(redis);
        host.Core = await CoreServices.CreateAsync(stores, database, new Dictionary<string, string?>(settings)
        {
            ["ConnectionStrings:cache"] = host.Redis.ConnectionString,
        });
        await host.Core.Get<IndexSync>().StartAsync(Token);
        return host;
    }

    public override async Task<Found> SearchAsync(SearchQuery query)
    {
        var found = await Core.Get<SearchService>().SearchAsync(query, Token);
        return new Found(found.Cached, Hits(found.Hits));
    }

    /// <summary>Searches after all changes and without the cache.</summary>
    public async Task<IReadOnlyList<FoundHit>> SearchUncachedAsync(SearchQuery query)
    {
        await FollowAsync();
        return Hits((await Core.Get<Retriever>().RetrieveAsync(query, null, Token)).Hits);
    }

    public override async Task FollowAsync()
    {
        var sync = Core.Get<IndexSync>();
        await sync.ApplyAsync(await Core.Get<DocumentChanges>().AfterAsync(sync.Position, 1_000, Token), Token);
    }

    public override async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        await base.DisposeAsync();
    }

    private static List<FoundHit> Hits(IEnumerable<SearchHit> hits) =>
        [.. hits.Select(hit => new FoundHit(hit.ChunkId, hit.DocumentName, hit.Score))];
}

/// <summary>A real API, which hears of changes when PostgreSQL tells it.</summary>
internal sealed class CachingApi(string redis) : CachingProcess(redis)
{
    private const string Key = "key-with-all-scopes";

    private readonly Dictionary<string, RagClient> _clients = [];
    private HostProcess? _api;

    /// <param name="settings">Besides the connection to Redis.</param>
    public static async Task<CachingApi> StartAsync(
        string database, string redis, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var caching = new CachingApi(redis);
        var environment = settings.ToDictionary(
            each => each.Key.Replace(":", "__", StringComparison.Ordinal), each => each.Value ?? "");
        environment["ConnectionStrings__ragdb"] = database;
        environment["ConnectionStrings__cache"] = caching.Redis.ConnectionString;
        environment["Security__DevelopmentKey"] = Key;
        environment["DOTNET_ENVIRONMENT"] = "Development";
        caching._api = new HostProcess("RagAspire.Api", environment);
        await caching._api.StartAsync(Token, "/ready");
        caching._clients[""] = new RagClient(caching._api.Address, Key);
        return caching;
    }

    public override async Task<Found> SearchAsync(SearchQuery query)
    {
        var client = await ClientAsync(query.Groups ?? []);
        var found = await client.PostAsync("/api/v1/search", new
        {
            query = query.Text,
            query.Collection,
            query.Limit,
            query.Mode,
            query.Tags,
            filter = JsonNode.Parse(query.Filter?.Text ?? "null"),
        });
        return new Found(
            found["cached"]!.GetValue<bool>(),
            [.. found["hits"]!.AsArray().Select(hit => new FoundHit(
                hit!["chunkId"]!.GetValue<Guid>(), hit["documentName"]!.GetValue<string>(), hit["score"]!.GetValue<double>()))]);
    }

    public override Task FollowAsync() => Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        await _api!.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Groups are those of a key.</summary>
    private async Task<RagClient> ClientAsync(IReadOnlyList<string> groups)
    {
        var name = string.Join(',', groups);
        if (!_clients.TryGetValue(name, out var client))
        {
            var request = new { name, scopes = new[] { "read" }, groups };
            var key = await _clients[""].PostAsync("/api/v1/operations/api-keys", request);
            client = _clients[name] = new RagClient(_api!.Address, key["secret"]!.GetValue<string>());
        }

        return client;
    }
}
