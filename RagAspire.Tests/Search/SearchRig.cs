using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RagAspire.Answers;
using RagAspire.Search;
using RagAspire.Search.Caching;
using RagAspire.Tests.Support;
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
            ranked, core.Get<DocumentFrequency>(), Cache, core.Get<SearchRecorder>(), core.Get<SearchMetrics>());
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
    /// <param name="isLocal">Whether the process keeps results besides Redis, up to 1 MiB.</param>
    /// <param name="database">Null for a fresh one.</param>
    /// <param name="time">By which the embedding model may be late.</param>
    public static async Task<SearchRig> StartAsync(
        Stores stores,
        string? model = "stub",
        string? redis = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        bool isLocal = false,
        string? database = null,
        TimeProvider? time = null) => new(
        await CoreServices.CreateAsync(
            stores,
            database,
            settings: new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
            {
                ["ConnectionStrings:cache"] = redis ?? stores.Redis,
                ["Cache:LocalMegabytes"] = isLocal ? "1" : "0",
            }),
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

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    private sealed record Marker;

    /// <summary>Gives every text the same vector, or none while it is away.</summary>
    public sealed class EmbeddingStub(string model) : IEmbeddingGenerator<string, Embedding<float>>
    {
        private readonly Channel<CancellationToken> _calls = Channel.CreateUnbounded<CancellationToken>();

        public bool IsAway { get; set; }

        /// <summary>No call is answered before it.</summary>
        public Task Answering { get; set; } = Task.CompletedTask;

        public int Calls { get; private set; }

        /// <summary>The token of the next call.</summary>
        public ChannelReader<CancellationToken> Asked => _calls.Reader;

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Calls++;
            _calls.Writer.TryWrite(cancellationToken);
            await Answering.WaitAsync(cancellationToken);
            return IsAway
                ? throw new HttpRequestException("The model server does not answer.")
                : new(values.Select(_ => new Embedding<float>(new float[] { 1, 0 })));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("stub", null, model) : null;

        public void Dispose()
        {
        }
    }

    /// <summary>An index without points, or one that cannot be reached, or one that takes its time.</summary>
    public sealed class IndexStub : IVectorIndex
    {
        private readonly TaskCompletionSource _searched = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsAway { get; set; }

        /// <summary>No search answers before it.</summary>
        public Task Answering { get; set; } = Task.CompletedTask;

        public int Searches { get; private set; }

        /// <summary>Completed by the first search.</summary>
        public Task Searched => _searched.Task;

        public string Name => "stub";

        public bool IsShared => true;

        public Task UpsertAsync(IReadOnlyList<IndexPoint> points, CancellationToken cancellationToken) => AnswerAsync();

        public Task RemoveAsync(Guid documentId, int? belowVersion, CancellationToken cancellationToken) => AnswerAsync();

        public Task RemoveChunksAsync(IReadOnlyCollection<Guid> chunkIds, CancellationToken cancellationToken) => AnswerAsync();

        public IAsyncEnumerable<IReadOnlyList<IndexedChunk>> ScanAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public async Task<IReadOnlyList<IndexHit>> SearchAsync(IndexQuery query, CancellationToken cancellationToken)
        {
            Searches++;
            _searched.TrySetResult();
            await Answering.WaitAsync(cancellationToken);
            await AnswerAsync();
            return [];
        }

        public Task<IndexStatus> StatusAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        private Task AnswerAsync() =>
            IsAway ? throw new VectorIndexUnavailableException("The index is out of reach.") : Task.CompletedTask;
    }
}
