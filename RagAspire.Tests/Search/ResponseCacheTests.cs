using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Answers;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Metadata;
using RagAspire.Search;
using RagAspire.Search.Caching;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Search;

/// <summary>The cache is never stale and never slows a request down.</summary>
public sealed class ResponseCacheTests(Stores stores)
{
    private static readonly SearchQuery Query = new("fox", "default", 10, SearchMode.Hybrid, Tags());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_written_is_found_again()
    {
        await using var rig = await SearchRig.StartAsync(stores);
        var key = rig.Cache.Key("search", "default", new { Text = "fox" });
        Assert.Null(await GetAsync(rig, key));

        rig.Cache.Set("search", key, new Entry("An answer."));

        await WrittenAsync(rig, key);
        Assert.Equal(new Entry("An answer."), await GetAsync(rig, key));
    }

    [Fact]
    public async Task A_change_of_a_document_makes_all_of_its_collection_a_miss_and_of_no_other_one()
    {
        await using var rig = await SearchRig.StartAsync(stores);
        CacheKey? Key(string collection) => rig.Cache.Key("search", collection, new { Text = "fox" });
        rig.Cache.Set("search", Key("changed"), new Entry("Old."));
        rig.Cache.Set("search", Key("other"), new Entry("Still true."));
        await WrittenAsync(rig, Key("changed"));
        await WrittenAsync(rig, Key("other"));

        rig.Generation.Moved("changed", 1);

        Assert.Null(await GetAsync(rig, Key("changed")));
        Assert.NotNull(await GetAsync(rig, Key("other")));
    }

    /// <summary>As in another process, which hears of a change only after the call that made it has returned.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_that_was_not_heard_of_yet_is_a_miss_already(bool isLocal)
    {
        await using var rig = await SearchRig.StartAsync(stores, isLocal: isLocal);
        var (changed, other) = (rig.Cache.Key("search", "changed", "fox"), rig.Cache.Key("search", "other", "fox"));
        rig.Cache.Set("search", changed, new Entry("Old."));
        rig.Cache.Set("search", other, new Entry("Still true."));
        await WrittenAsync(rig, changed);
        await WrittenAsync(rig, other);

        await rig.Services.GetRequiredService<DocumentChanges>().AppendAsync(Guid.NewGuid(), "changed", Token);

        Assert.Null(await GetAsync(rig, changed));
        Assert.NotNull(await GetAsync(rig, other));
    }

    [Fact]
    public async Task Nothing_is_cached_while_changes_cannot_be_heard()
    {
        await using var rig = await SearchRig.StartAsync(stores);
        rig.Generation.Current(false);

        Assert.Null(rig.Service.Key(Query));
        await rig.SearchAsync("fox");
        Assert.False((await rig.SearchAsync("fox")).Cached);

        rig.Generation.Current(true);
        Assert.NotNull(rig.Service.Key(Query));
    }

    [Fact]
    public async Task Every_part_of_a_search_is_in_its_key()
    {
        await using var rig = await SearchRig.StartAsync(stores);
        CacheKey?[] keys =
        [
            rig.Service.Key(Query),
            rig.Service.Key(Query with { Text = "foxes" }),
            rig.Service.Key(Query with { Text = "Fox" }),
            rig.Service.Key(Query with { Text = "\"fox\"" }),
            rig.Service.Key(Query with { Collection = "other" }),
            rig.Service.Key(Query with { Limit = 11 }),
            rig.Service.Key(Query with { Mode = SearchMode.Text }),
            rig.Service.Key(Query with { Mode = SearchMode.Vector }),
            rig.Service.Key(Query with { PerDocument = 1 }),
            rig.Service.Key(Query with { PerDocument = 2 }),
            rig.Service.Key(Query with { Groups = [] }),
            rig.Service.Key(Query with { Groups = ["a"] }),
            rig.Service.Key(Query with { Groups = ["a", "b"] }),
            rig.Service.Key(Query with { Filter = MetadataFilter.Parse("""{"field":"name","eq":"a"}""") }),
            rig.Service.Key(Query with { Filter = MetadataFilter.Parse("""{"field":"name","eq":"b"}""") }),
            rig.Service.Key(Query with { Tags = Tags(("lang", "en")) }),
            rig.Service.Key(Query with { Tags = Tags(("lang", "en"), ("year", "2024")) }),
            rig.Service.Key(Query with { Tags = Tags(("lang=en", "")) }),
        ];

        Assert.All(keys, Assert.NotNull);
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(
            rig.Service.Key(Query with { Tags = Tags(("lang", "en"), ("year", "2024")) }),
            rig.Service.Key(Query with { Tags = Tags(("year", "2024"), ("lang", "en")) }));
    }

    [Theory]
    [InlineData("the red fox", " the  red\tfox\n")]
    [InlineData("the red fox", "the\u00A0red\u3000fox")]
    [InlineData("the caf\u00E9", "the cafe\u0301")]
    public async Task Two_ways_to_type_a_query_share_a_result(string one, string other)
    {
        await using var rig = await SearchRig.StartAsync(stores);

        Assert.Equal(rig.Service.Key(Query with { Text = one }), rig.Service.Key(Query with { Text = other }));
        Assert.Equal(one, (Query with { Text = other }).Text);
        Assert.Equal("a \uFFFD", new SearchQuery("a \uD800", "default", 10, SearchMode.Text, Tags()).Text);
    }

    [Fact]
    public async Task All_that_a_search_is_made_with_is_in_its_key()
    {
        var database = await stores.CreateMigratedAsync();
        (string? Model, string Name, string Value)[] rigs =
        [
            ("one-model", "Cache:Enabled", "true"),
            ("another-model", "Cache:Enabled", "true"),
            (null, "Cache:Enabled", "true"),
            ("one-model", "Embeddings:QueryPrefix", "query: "),
            ("one-model", "Bm25:K1", "1.4"),
            ("one-model", "Bm25:B", "0.5"),
            ("one-model", "Bm25:NameWeight", "2"),
            ("one-model", "Bm25:HeadingWeight", "1"),
            ("one-model", "Hybrid:VectorWeight", "0.75"),
            ("one-model", "Hybrid:Candidates", "50"),
            ("one-model", "Reranking:Endpoint", "http://127.0.0.1:1/rerank"),
        ];
        var (searches, answers) = (new List<CacheKey?>(), new List<CacheKey?>());
        foreach (var (model, name, value) in rigs)
        {
            await using var rig = await SearchRig.StartAsync(
                stores, model, settings: new Dictionary<string, string?> { [name] = value }, database: database);
            rig.Generation.Loaded(Guid.Empty, new Dictionary<string, long>());
            searches.Add(rig.Service.Key(Query));
            answers.Add(rig.Answers().Key(new Question("What does the fox do?", "default", 8, null)));
        }

        Assert.All(searches.Concat(answers), Assert.NotNull);
        Assert.Equal(rigs.Length, searches.Distinct().Count());
        Assert.Equal(rigs.Length, answers.Distinct().Count());
    }

    [Fact]
    public async Task A_Redis_that_stalls_costs_no_more_than_the_patience()
    {
        await using var proxy = new RedisProxyStub(stores.Redis);
        await using var rig = await SearchRig.StartAsync(
            stores, redis: proxy.ConnectionString, settings: new Dictionary<string, string?> { ["Cache:Patience"] = "00:00:00.200" });
        var key = rig.Cache.Key("search", "default", new { Text = "fox" });
        rig.Cache.Set("search", key, new Entry("An answer."));
        await WrittenAsync(rig, key);

        proxy.Stall();
        var took = new List<TimeSpan>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var startedAt = Stopwatch.GetTimestamp();
            Assert.Null(await GetAsync(rig, key));
            rig.Cache.Set("search", key, new Entry("Another."));
            took.Add(Stopwatch.GetElapsedTime(startedAt));
        }

        // The client of Redis gives up after a second by itself. A busy machine delays one attempt or another.
        Assert.InRange(took.Min(), TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(1));

        proxy.Resume();
        await WrittenAsync(rig, key);
    }

    [Fact]
    public async Task A_Redis_that_is_gone_is_not_waited_for()
    {
        var proxy = new RedisProxyStub(stores.Redis);
        await using var rig = await SearchRig.StartAsync(
            stores, redis: proxy.ConnectionString, settings: new Dictionary<string, string?> { ["Cache:Patience"] = "00:00:10" });
        var key = rig.Cache.Key("search", "default", new { Text = "fox" });
        rig.Cache.Set("search", key, new Entry("An answer."));
        await WrittenAsync(rig, key);

        await proxy.DisposeAsync();
        await Eventually.TrueAsync(
            () => Task.FromResult(!rig.Services.GetRequiredService<IConnectionMultiplexer>().IsConnected),
            TimeSpan.FromSeconds(10), () => "Still connected.", Token);
        var startedAt = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(await GetAsync(rig, key));
            rig.Cache.Set("search", key, new Entry("Another."));
        }

        Assert.True(Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(1), "Lookups wait for a Redis that is gone.");
    }

    [Fact]
    public async Task What_this_process_has_read_from_Redis_it_serves_without()
    {
        var proxy = new RedisProxyStub(stores.Redis);
        await using var rig = await SearchRig.StartAsync(stores, redis: proxy.ConnectionString, isLocal: true);
        var (read, once) = (rig.Cache.Key("search", "default", "read"), rig.Cache.Key("search", "default", "once"));
        rig.Cache.Set("search", once, new Entry("Asked for once."));
        await using (var other = await SearchRig.StartAsync(stores))
        {
            other.Cache.Set("search", read, new Entry("By another process."));
            await WrittenAsync(other, read);
        }

        Assert.Equal(new Entry("By another process."), await GetAsync(rig, read));
        await proxy.DisposeAsync();

        Assert.Equal(new Entry("By another process."), await GetAsync(rig, read));
        Assert.Null(await GetAsync(rig, once));
    }

    [Fact]
    public async Task What_a_process_keeps_is_bounded()
    {
        await using var rig = await SearchRig.StartAsync(stores, isLocal: true);
        var local = rig.Services.GetRequiredService<LocalCache>();
        var text = new string('x', 10_000);

        for (var i = 0; i < 1000; i++)
        {
            local.Keep($"entry {i}", new Entry(text), text.Length);
        }

        // 1 MiB, and an entry takes four times its JSON.
        Assert.InRange(Enumerable.Range(0, 1000).Count(i => local.Find<Entry>($"entry {i}") is not null), 1, 26);
    }

    private static Task<Entry?> GetAsync(SearchRig rig, CacheKey? key) => rig.Cache.GetAsync<Entry>("search", key, Token);

    /// <summary>Writing is not waited for, so a test waits until it can be read.</summary>
    private static Task WrittenAsync(SearchRig rig, CacheKey? key) => Eventually.TrueAsync(
        async () => await GetAsync(rig, key) is not null, TimeSpan.FromSeconds(10), () => "Nothing was written.", Token);

    private static Dictionary<string, string> Tags(params (string Key, string Value)[] tags) =>
        tags.ToDictionary(tag => tag.Key, tag => tag.Value);

    private sealed record Entry(string Text);
}
