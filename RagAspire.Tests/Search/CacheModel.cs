using CsCheck;
using RagAspire.Documents;
using RagAspire.Embedded.Redis;
using RagAspire.Ingestion;
using RagAspire.Metadata;
using RagAspire.Search;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;
using StackExchange.Redis;

namespace RagAspire.Tests.Search;

/// <summary>What may happen between two searches.</summary>
internal enum CacheStep
{
    Add,
    Replace,
    Delete,
    Label,
    Embed,
    FollowFirst,
    FollowSecond,
    SearchFirst,
    SearchSecond,
    EvictSome,
    EvictAllOfAKind,
    CutConnection,
    SilenceConnection,
    RestartRedis,
}

/// <summary>Two processes that share a cache, one that has none, and what is done to the data and the cache of all.</summary>
internal sealed class CacheModel : IAsyncDisposable
{
    private static readonly string[] Words = ["alpha", "beta", "gamma", "café"];
    private static readonly string[] Kinds = ["search", "embedding"];
    private static readonly Dictionary<string, string> NoTags = [];
    private static readonly Dictionary<string, string> English = new() { ["lang"] = "en" };
    private static readonly MetadataFilter Numbered = MetadataFilter.Parse("""{"field":"metadata.number","gte":2}""")!;

    /// <summary>Each asks for something else in one part, but for the last two, which ask for the same.</summary>
    private static readonly Func<SearchQuery, SearchQuery>[] Variants =
    [
        query => query with { Limit = 1 },
        query => query with { Mode = SearchMode.Text },
        query => query with { Mode = SearchMode.Vector },
        query => query with { Tags = English },
        query => query with { Filter = Numbered },
        query => query with { Groups = ["a"] },
        query => query with { Groups = ["b"] },
        query => query with { Collection = "other" },
        query => query with { Text = $"\"{query.Text}\"" },
        query => query with { Text = $"{query.Text} number1" },
        query => query with { Text = $" {query.Text}\t number1".Normalize(System.Text.NormalizationForm.FormD) },
    ];

    private readonly CachingHost _writer;
    private readonly CachingProcess[] _processes;
    private readonly EmbeddedRedis _redis;
    private readonly IConnectionMultiplexer _keys;
    private readonly List<Guid> _documents = [];
    private SearchQuery[] _searches = [];
    private int _texts;

    private CacheModel(CachingHost writer, CachingProcess[] processes, EmbeddedRedis redis, IConnectionMultiplexer keys) =>
        (_writer, _processes, _redis, _keys) = (writer, processes, redis, keys);

    /// <summary>How often each step is taken.</summary>
    public static IReadOnlyList<(int Weight, CacheStep Step)> Frequencies { get; } =
    [
        (6, CacheStep.Add), (3, CacheStep.Replace), (3, CacheStep.Delete), (4, CacheStep.Label), (6, CacheStep.Embed),
        (8, CacheStep.FollowFirst), (8, CacheStep.FollowSecond), (36, CacheStep.SearchFirst), (36, CacheStep.SearchSecond),
        (2, CacheStep.EvictSome), (2, CacheStep.EvictAllOfAKind), (2, CacheStep.CutConnection), (1, CacheStep.SilenceConnection),
        (1, CacheStep.RestartRedis),
    ];

    /// <summary>The searches of one sequence: few, so that they are repeated, and alike, so that they could be mixed up.</summary>
    public static Gen<SearchQuery[]> Searches { get; } = Gen.Select(
        Gen.Int[0, Words.Length - 1], Gen.Shuffle(Variants, 3), (word, variants) =>
        {
            var query = new SearchQuery(Words[word], "default", 10, SearchMode.Hybrid, NoTags);
            return (SearchQuery[])[query, .. variants.Select(vary => vary(query))];
        });

    /// <summary>Steps that were taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Searches that the cache answered.</summary>
    public int Cached { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="hasProcesses">Whether API processes search, and not hosts in this process.</param>
    public static async Task<CacheModel> StartAsync(
        Stores stores, EmbeddedRedis redis, OllamaStub embeddings, bool hasProcesses)
    {
        var database = await stores.CreateMigratedAsync();
        KeyValuePair<string, string?>[] settings =
        [
            new("ConnectionStrings:embeddings", embeddings.ConnectionString(embeddings.EmbeddingModel)),
            new("Cache:Patience", "00:00:00.500"), // These three for a busy machine.
            new("Embeddings:QueryTimeout", "00:00:50"),
            new("Limits:RequestTimeout", "00:00:55"),
        ];
        var writer = await CachingHost.StartAsync(
            stores, database, redis.ConnectionString, [.. settings, new("Cache:Enabled", "false")]);
        var processes = new List<CachingProcess>();
        for (var i = 0; i < 2; i++)
        {
            processes.Add(hasProcesses
                ? await CachingApi.StartAsync(database, redis.ConnectionString, settings)
                : await CachingHost.StartAsync(stores, database, redis.ConnectionString, settings));
        }

        return new CacheModel(
            writer, [.. processes], redis, await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString));
    }

    /// <summary>Runs one sequence from no documents on.</summary>
    public async Task RunAsync(SearchQuery[] searches, IEnumerable<(CacheStep Step, int Which)> steps)
    {
        foreach (var document in _documents)
        {
            await _writer.Core.Get<DocumentStore>().DeleteAsync(document, "test", Token);
        }

        _documents.Clear();
        (_searches, _texts) = (searches, 0);
        foreach (var (step, which) in steps)
        {
            await DoAsync(step, which);
            Steps++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _keys.DisposeAsync();
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await _writer.DisposeAsync();
    }

    private Task DoAsync(CacheStep step, int which) => step switch
    {
        CacheStep.Add => AddAsync(which),
        CacheStep.Replace or CacheStep.Delete or CacheStep.Label when _documents.Count > 0 =>
            ChangeAsync(step, which % _documents.Count, which),
        CacheStep.Embed => _writer.Core.Get<DocumentEmbedder>().EmbedAsync(Token),
        CacheStep.FollowFirst => _processes[0].FollowAsync(),
        CacheStep.FollowSecond => _processes[1].FollowAsync(),
        CacheStep.SearchFirst => CompareAsync(_processes[0], which),
        CacheStep.SearchSecond => CompareAsync(_processes[1], which),
        CacheStep.EvictSome => EvictAsync("*", every: 2),
        CacheStep.EvictAllOfAKind => EvictAsync($"ragaspire:{Kinds[which % Kinds.Length]}:*", every: 1),
        CacheStep.CutConnection => CutAsync(_processes[which % 2]),
        CacheStep.SilenceConnection => SilenceAsync(_processes[which % 2], which),
        CacheStep.RestartRedis => RestartAsync(which),
        _ => Task.CompletedTask,
    };

    private async Task AddAsync(int which)
    {
        var number = _texts;
        var id = await _writer.Core.UploadAsync(Text(which), number % 4 == 3 ? "other" : "default", file => file with
        {
            Groups = Groups(which),
            Metadata = Metadata(number),
        });
        _documents.Add(id);
        await _writer.Core.IngestAsync(id);
    }

    private async Task ChangeAsync(CacheStep step, int at, int which)
    {
        var (core, id) = (_writer.Core, _documents[at]);
        switch (step)
        {
            case CacheStep.Replace:
                await core.ReplaceAsync(id, Text(which));
                await core.IngestAsync(id);
                break;
            case CacheStep.Delete:
                await core.Get<DocumentStore>().DeleteAsync(id, "test", Token);
                _documents.RemoveAt(at);
                break;
            case CacheStep.Label when which % 4 == 0:
                await core.Get<DocumentGroups>().SetAsync(id, Groups(which / 4), "test", _ => { }, Token);
                break;
            default:
                await core.Get<DocumentLabels>().ChangeAsync(id, Labels(which), "test", _ => { }, Token);
                break;
        }
    }

    private LabelChange Labels(int which) => (which % 4) switch
    {
        1 => new LabelChange($"name{_texts++}.txt", null, null),
        2 => new LabelChange(null, which < 6 ? English : NoTags, null),
        _ => new LabelChange(null, null, Metadata(which)),
    };

    private string Text(int which) =>
        $"{Words[which % Words.Length]} {Words[(which + 1) % Words.Length]} number{_texts++}";

    private static string[] Groups(int which) => (which % 3) switch { 0 => [], 1 => ["a"], _ => ["b"] };

    private static DocumentMetadata Metadata(int number) => DocumentMetadata.Parse($$"""{"number":{{number % 4}}}""");

    private async Task CompareAsync(CachingProcess process, int which)
    {
        var query = _searches[which % _searches.Length];
        var found = await process.SearchAsync(query);
        if (found.IsCached)
        {
            Cached++;
            AssertSame(await _writer.SearchUncachedAsync(query), found.Hits, query.Limit);
        }
    }

    /// <summary>Processes may add numbers in different orders, and so break ties about the last place differently.</summary>
    private static void AssertSame(IReadOnlyList<FoundHit> expected, IReadOnlyList<FoundHit> found, int limit)
    {
        const double Tolerance = .001;
        Assert.Equal(
            expected.Select(hit => hit.Score), found.Select(hit => hit.Score), (one, other) => Math.Abs(one - other) < Tolerance);
        var isSure = (FoundHit hit) => expected.Count < limit || hit.Score > expected[^1].Score + Tolerance;
        Assert.Equal(
            expected.Where(isSure).Select(hit => (hit.ChunkId, hit.Name)).Order(),
            found.Where(isSure).Select(hit => (hit.ChunkId, hit.Name)).Order());
    }

    /// <summary>As a server that is short of memory does.</summary>
    private async Task EvictAsync(string pattern, int every)
    {
        var keys = await _keys.GetServers()[0].KeysAsync(pattern: pattern).ToListAsync(Token);
        await _keys.GetDatabase().KeyDeleteAsync([.. keys.Where((_, at) => at % every == 0)]);
    }

    private static async Task CutAsync(CachingProcess process)
    {
        await process.Redis.CutAsync();
        await ConnectedAsync(process);
    }

    private async Task SilenceAsync(CachingProcess process, int which)
    {
        process.Redis.Stall();
        await CompareAsync(process, which);
        await process.Redis.CutAsync();
        process.Redis.Resume();
        await ConnectedAsync(process);
    }

    private async Task RestartAsync(int which)
    {
        await _redis.StopAsync(Token);
        await CompareAsync(_processes[which % 2], which);
        _redis.Start();
        await Task.WhenAll(_processes.Select(ConnectedAsync));
        await ConnectedAsync(() => _keys.IsConnected);
    }

    /// <summary>Until then every search is a miss, and a test of the cache without one.</summary>
    private static Task ConnectedAsync(CachingProcess process) => ConnectedAsync(() => process.Redis.IsConnected);

    private static Task ConnectedAsync(Func<bool> isConnected) => Eventually.TrueAsync(
        () => Task.FromResult(isConnected()), TimeSpan.FromMinutes(1), () => "Redis is not connected again.", Token);
}
