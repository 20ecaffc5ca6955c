using System.Globalization;
using CsCheck;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Embedded.Redis;
using RagAspire.Ingestion;
using RagAspire.Search;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Sync;
using StackExchange.Redis;

namespace RagAspire.Tests.Search;

/// <summary>
/// Two hosts with one cache against a host without a cache: whatever happens in between, a cached result is what the other
/// finds now.
/// </summary>
public sealed class CacheModelTests(Stores stores)
{
    /// <summary>Sequences of 60 steps; CsCheck's own variable asks for more of them.</summary>
    private static readonly int Samples =
        int.TryParse(Environment.GetEnvironmentVariable("CsCheck_Iter"), CultureInfo.InvariantCulture, out var asked) ? asked : 12;

    private static readonly string[] Words = ["alpha", "beta", "gamma", "delta"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private enum Step
    {
        Add,
        Replace,
        Delete,
        Embed,
        FollowFirst,
        FollowSecond,
        SearchFirst,
        SearchSecond,
        RestartRedis,
    }

    [Fact]
    public async Task A_cached_result_is_what_an_uncached_search_finds()
    {
        await using var redis = EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 64 });
        var database = await stores.CreateDatabaseAsync();
        await using var first = await HostAsync(database, redis);
        await using var second = await HostAsync(database, redis);
        await using var uncached = await HostAsync(database, redis, isCached: false);
        var system = new SystemUnderTest(first, second, uncached, redis);
        var step = Gen.Frequency(
            (3, Gen.Const(Step.Add)), (2, Gen.Const(Step.Replace)), (2, Gen.Const(Step.Delete)), (3, Gen.Const(Step.Embed)),
            (3, Gen.Const(Step.FollowFirst)), (3, Gen.Const(Step.FollowSecond)),
            (12, Gen.Const(Step.SearchFirst)), (12, Gen.Const(Step.SearchSecond)), (1, Gen.Const(Step.RestartRedis)));

        Gen.Select(step, Gen.Int[0, 3]).Array[60].Sample(
            steps => system.RunAsync(steps).GetAwaiter().GetResult(), iter: Samples, threads: 1);

        Assert.True(system.Cached > Samples, $"Only {system.Cached} results came from the cache.");
    }

    private async Task<CoreServices> HostAsync(string database, EmbeddedRedis redis, bool isCached = true)
    {
        var core = await CoreServices.CreateAsync(
            stores,
            database,
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:cache"] = redis.ConnectionString,
                ["Cache:Enabled"] = $"{isCached}",
            },
            services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new SearchRig.EmbeddingStub("stub")));
        await core.Get<IndexSync>().StartAsync(Token);
        return core;
    }

    private sealed class SystemUnderTest(CoreServices first, CoreServices second, CoreServices uncached, EmbeddedRedis redis)
    {
        private readonly List<Guid> _documents = [];
        private int _texts;

        public int Cached { get; private set; }

        public async Task RunAsync(IEnumerable<(Step Step, int Which)> steps)
        {
            foreach (var document in _documents)
            {
                await first.Get<DocumentStore>().DeleteAsync(document, "test", Token);
            }

            _documents.Clear();
            foreach (var (step, which) in steps)
            {
                await DoAsync(step, which);
            }
        }

        private async Task DoAsync(Step step, int which)
        {
            switch (step)
            {
                case Step.Add:
                    _documents.Add(await first.UploadAsync(Text(which)));
                    await first.IngestAsync(_documents[^1]);
                    break;
                case Step.Replace when _documents.Count > 0:
                    await second.ReplaceAsync(_documents[which % _documents.Count], Text(which));
                    await first.IngestAsync(_documents[which % _documents.Count]);
                    break;
                case Step.Delete when _documents.Count > 0:
                    await second.Get<DocumentStore>().DeleteAsync(_documents[which % _documents.Count], "test", Token);
                    _documents.RemoveAt(which % _documents.Count);
                    break;
                case Step.Embed:
                    await first.Get<DocumentEmbedder>().EmbedAsync(Token);
                    break;
                case Step.FollowFirst:
                    await FollowAsync(first);
                    break;
                case Step.FollowSecond:
                    await FollowAsync(second);
                    break;
                case Step.SearchFirst:
                    await CompareAsync(first, which);
                    break;
                case Step.SearchSecond:
                    await CompareAsync(second, which);
                    break;
                case Step.RestartRedis:
                    await redis.StopAsync(Token);
                    await CompareAsync(first, which);
                    redis.Start();
                    await ConnectedAsync(first);
                    await ConnectedAsync(second);
                    break;
            }
        }

        /// <summary>Until then every search is a miss, and a test of the cache without one.</summary>
        private static Task ConnectedAsync(CoreServices host) => Eventually.TrueAsync(
            () => Task.FromResult(host.Get<IConnectionMultiplexer>().IsConnected),
            TimeSpan.FromMinutes(1), () => "Redis is not connected again.", Token);

        private string Text(int which) => $"{Words[which]} {Words[(which + 1) % Words.Length]} number{_texts++}";

        private static async Task FollowAsync(CoreServices core) => await core.Get<IndexSync>().ApplyAsync(
            await core.Get<DocumentChanges>().AfterAsync(core.Get<IndexSync>().Position, 1_000, Token), Token);

        private async Task CompareAsync(CoreServices host, int which)
        {
            var query = new SearchQuery(Words[which], "default", 10, SearchMode.Hybrid, new Dictionary<string, string>());
            var found = await host.Get<SearchService>().SearchAsync(query, Token);
            if (found.Cached)
            {
                Cached++;
                await FollowAsync(uncached);
                var now = await uncached.Get<Retriever>().RetrieveAsync(query, null, Token);
                Assert.Equal(Places(now.Hits), Places(found.Hits));
            }
        }

        private static IEnumerable<(double, Guid)> Places(IReadOnlyList<SearchHit> hits) =>
            hits.Select(hit => (Math.Round(hit.Score, 3), hit.ChunkId))
                .OrderByDescending(hit => hit.Item1).ThenBy(hit => hit.ChunkId);
    }
}
