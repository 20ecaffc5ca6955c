using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Answers;
using RagAspire.Database;
using RagAspire.Search;
using RagAspire.Search.Caching;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Usage;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Search;

/// <summary>
/// The search service over a real database and a real Redis, with an embedding model and an index that can go away.
/// </summary>
internal sealed class SearchRig : IAsyncDisposable
{
    private readonly CoreServices _core;

    private SearchRig(CoreServices core, string? model, TimeProvider? time)
    {
        _core = core;
        Embeddings = new EmbeddingStub(model ?? "none");
        Index = new IndexStub();
        Generation.Loaded(Guid.NewGuid(), new Dictionary<string, long>());
        Generation.Current(true);
        var embedder = new Embedder(
            core.Get<IOptions<EmbeddingOptions>>(), time ?? TimeProvider.System, NullLogger<Embedder>.Instance, UsageData.Meter(),
            model is null ? null : Embeddings);
        var vectors = ActivatorUtilities.CreateInstance<QueryVectors>(core.Services, embedder, Generation);
        Retriever = new Retriever(
            vectors, core.Get<Bm25Encoder>(), Index, Generation, core.Get<ChunkSearchStore>(),
            core.Get<IOptions<HybridOptions>>());
        Cache = ActivatorUtilities.CreateInstance<ResponseCache>(core.Services, Generation);
        var ranked = new RankedRetriever(Retriever, core.Get<Reranker>());
        Service = new SearchService(
            ranked,
            core.Get<ChunkSearchStore>(),
            core.Get<DocumentFrequency>(),
            Cache,
            core.Get<SearchRecorder>(),
            core.Get<SearchMetrics>());
    }

    public IndexGeneration Generation { get; } = new();

    public EmbeddingStub Embeddings { get; }

    public IndexStub Index { get; }

    public Retriever Retriever { get; }

    public ResponseCache Cache { get; }

    public SearchService Service { get; }

    public IServiceProvider Services => _core.Services;

    /// <param name="model">Null for a system without an embedding model.</param>
    /// <param name="redis">Null for the Redis that all tests share.</param>
    /// <param name="configure">Replaces services of the core.</param>
    /// <param name="isLocal">Whether the process keeps results besides Redis, up to 1 MiB.</param>
    /// <param name="database">Null for a fresh one.</param>
    /// <param name="time">By which the embedding model may be late.</param>
    public static async Task<SearchRig> StartAsync(
        Stores stores,
        string? model = "stub",
        string? redis = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        bool isLocal = false,
        Action<IServiceCollection>? configure = null,
        string? database = null,
        TimeProvider? time = null) => new(
        await CoreServices.CreateAsync(
            stores,
            database,
            settings: new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
            {
                ["Embeddings:QueryTimeout"] = settings?.GetValueOrDefault("Embeddings:QueryTimeout") ?? "00:05:00",
                ["ConnectionStrings:cache"] = redis ?? stores.Redis,
                ["Cache:LocalMegabytes"] = isLocal ? "1" : "0",
            },
            configure: configure),
        model,
        time);

    /// <param name="writer">Null for one without a model.</param>
    public AnswerService Answers(AnswerWriter? writer = null) =>
        ActivatorUtilities.CreateInstance<AnswerService>(Services, Service, Cache, writer ?? _core.Get<AnswerWriter>());

    public Task<SearchResult> SearchAsync(string text, SearchMode mode = SearchMode.Hybrid) => Service.SearchAsync(
        new SearchQuery(text, "default", 10, mode, new Dictionary<string, string>()), TestContext.Current.CancellationToken);

    /// <summary>
    /// Waits until all that was written to the cache before is there: one connection keeps the order of its writes.
    /// </summary>
    public async Task CacheIsWrittenAsync()
    {
        var key = Cache.Key("search", "default", new { Marker = Guid.NewGuid() });
        Cache.Set("search", key, new Marker());
        await Eventually.TrueAsync(
            async () => await Cache.GetAsync<Marker>("search", key, TestContext.Current.CancellationToken) is not null,
            TimeSpan.FromSeconds(10), () => "Nothing was written.", TestContext.Current.CancellationToken);
    }

    /// <summary>Stores a document, of which the index finds one chunk from now on.</summary>
    /// <param name="found">The ordinal of that chunk.</param>
    public async Task AddAsync(string[] chunks, int found = 0)
    {
        var ids = Array.ConvertAll(chunks, _ => Guid.NewGuid());
        await Services.GetRequiredService<NpgsqlDataSource>().Command("""
            with d as (
                insert into documents (id, collection, name, content_type, size_bytes, sha256, ready_version)
                values (gen_random_uuid(), 'default', 'one.txt', 'text/plain', 1, uuid_send($1[1]), 1) returning id)
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select c.id, d.id, 1, c.place - 1, c.text, 1 from d, unnest($1, $2) with ordinality c(id, text, place)
            union all
            select gen_random_uuid(), d.id, 2, c.place - 1, 'Of a version that is being built.', 1
            from d, unnest($2) with ordinality c(text, place)
            """, ids, chunks).ExecuteAsync(TestContext.Current.CancellationToken);
        Index.Found = [.. Index.Found, new IndexHit(ids[found], 1)];
    }

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    private sealed record Marker;

    /// <summary>Counts the calls of a stub, and can hold them up.</summary>
    public sealed class Gate
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Channel<CancellationToken> _calls = Channel.CreateUnbounded<CancellationToken>();

        /// <summary>No call goes on before it.</summary>
        public Task Opening { get; set; } = Task.CompletedTask;

        public int Calls { get; private set; }

        /// <summary>Completed by the first call.</summary>
        public Task Entered => _entered.Task;

        /// <summary>The token of the next call.</summary>
        public ChannelReader<CancellationToken> Asked => _calls.Reader;

        public async Task PassAsync(CancellationToken cancellationToken)
        {
            Calls++;
            _calls.Writer.TryWrite(cancellationToken);
            _entered.TrySetResult();
            await Opening.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives every text the same vector, or none while it is away.</summary>
    public sealed class EmbeddingStub(string model) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public bool IsAway { get; set; }

        public Gate Gate { get; } = new();

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            await Gate.PassAsync(cancellationToken);
            return IsAway
                ? throw new HttpRequestException("The model server does not answer.")
                : new GeneratedEmbeddings<Embedding<float>>(values.Select(_ => new Embedding<float>(new float[] { 1, 0 })));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("stub", null, model) : null;

        public void Dispose()
        {
        }
    }

    /// <summary>An index that always finds the same points, or cannot be reached, or takes its time.</summary>
    public sealed class IndexStub : IVectorIndex
    {
        public bool IsAway { get; set; }

        public Gate Gate { get; } = new();

        public IReadOnlyList<IndexHit> Found { get; set; } = [];

        public string Name => "stub";

        public bool IsShared => true;

        public Task UpsertAsync(IReadOnlyList<IndexPoint> points, CancellationToken cancellationToken) => AnswerAsync();

        public Task RemoveAsync(Guid documentId, int? belowVersion, CancellationToken cancellationToken) => AnswerAsync();

        public Task RemoveChunksAsync(IReadOnlyCollection<Guid> chunkIds, CancellationToken cancellationToken) => AnswerAsync();

        public IAsyncEnumerable<IReadOnlyList<IndexedChunk>> ScanAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public async Task<IReadOnlyList<IndexHit>> SearchAsync(IndexQuery query, CancellationToken cancellationToken)
        {
            await Gate.PassAsync(cancellationToken);
            await AnswerAsync();
            return Found;
        }

        public Task<IndexStatus> StatusAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        private Task AnswerAsync() =>
            IsAway ? throw new VectorIndexUnavailableException("The index is out of reach.") : Task.CompletedTask;
    }
}
