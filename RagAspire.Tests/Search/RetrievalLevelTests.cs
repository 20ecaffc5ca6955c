using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Search;
using RagAspire.Search.Caching;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors;
using RagAspire.TestSupport.Usage;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Search;

/// <summary>The level below the index: PostgreSQL's own full text.</summary>
public sealed class RetrievalLevelTests(Stores stores) : IAsyncLifetime
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private NpgsqlDataSource _dataSource = null!;

    public async ValueTask InitializeAsync()
    {
        _dataSource = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());
        await new Migrator(_dataSource, NullLogger<Migrator>.Instance).MigrateAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _dataSource.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Without_the_index_PostgreSQL_finds_any_of_the_words_best_first_and_says_so()
    {
        await AddAsync("one.txt", "default", "{}", "Foxes are quick.");
        await AddAsync("two.txt", "default", "{}", "The quick brown fox jumps over the lazy dog.");
        await AddAsync("other.txt", "default", "{}", "Badgers dig setts.");

        var found = await SearchAsync("lazy quick foxes");

        Assert.Equal(RetrievalLevel.FullText, found.Level);
        Assert.Contains("out of reach", found.Degraded);
        Assert.Equal(["two.txt", "one.txt"], found.Hits.Select(hit => hit.DocumentName));
    }

    [Fact]
    public async Task Even_then_collections_tags_and_versions_hold()
    {
        await AddAsync("theirs.txt", "theirs", "{}", "A quick fox.");
        await AddAsync("old.txt", "default", """{"year": "2023"}""", "A quick fox.");
        await AddAsync("new.txt", "default", """{"year": "2024", "lang": "en"}""", "A quick fox.");
        await AddAsync("unready.txt", "default", """{"year": "2024"}""", "A quick fox.", ready: false);

        var found = await SearchAsync("fox", new Dictionary<string, string> { ["year"] = "2024" });

        Assert.Equal(["new.txt"], found.Hits.Select(hit => hit.DocumentName));
    }

    [Theory]
    [InlineData("the of and")]
    [InlineData("!!! & | ( ' :* ")]
    [InlineData("\\ <-> %_")]
    public async Task A_query_without_words_finds_nothing_and_breaks_nothing(string text)
    {
        await AddAsync("one.txt", "default", "{}", "A quick fox.");

        Assert.Empty((await SearchAsync(text)).Hits);
    }

    private async Task<Retrieval> SearchAsync(string text, IReadOnlyDictionary<string, string>? tags = null)
    {
        var generation = new IndexGeneration();
        generation.Loaded(Guid.NewGuid(), new Dictionary<string, long>());
        var embedder = new Embedder(
            Options.Create(new EmbeddingOptions()), TimeProvider.System, NullLogger<Embedder>.Instance, UsageData.Meter());
        var cache = new CacheMetrics(_services.GetRequiredService<IMeterFactory>());
        var vectors = new QueryVectors(embedder, null!, generation, cache, Options.Create(new CacheOptions()));
        var retriever = new Retriever(
            vectors,
            new Bm25Encoder(new TextAnalyzer()),
            new AbsentIndex(),
            generation,
            new ChunkSearchStore(_dataSource, new HitParts(new TextAnalyzer())),
            Options.Create(new HybridOptions()));
        var metrics = new SearchMetrics(_services.GetRequiredService<IMeterFactory>());
        return await retriever.RetrieveAsync(
            new SearchQuery(text, "default", 10, SearchMode.Hybrid, tags ?? Sample.NoTags), metrics, TestContext.Current.CancellationToken);
    }

    private async Task AddAsync(string name, string collection, string tags, string text, bool ready = true)
    {
        await using var command = _dataSource.CreateCommand("""
            with d as (
                insert into documents (id, collection, name, content_type, size_bytes, sha256, tags, ready_version)
                values ($1, $2, $3, 'text/plain', 1, $4, $5::jsonb, case when $6 then 1 end) returning id)
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select gen_random_uuid(), d.id, 1, 0, $7, 1 from d
            """);
        var id = Guid.NewGuid();
        foreach (var value in new object[] { id, collection, name, id.ToByteArray(), tags, ready, text })
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private sealed class AbsentIndex : IVectorIndex
    {
        public string Name => "absent";

        public bool IsShared => true;

        public Task UpsertAsync(IReadOnlyList<IndexPoint> points, CancellationToken cancellationToken) => throw Absent();

        public Task RemoveAsync(Guid documentId, int? belowVersion, CancellationToken cancellationToken) => throw Absent();

        public Task RemoveChunksAsync(IReadOnlyCollection<Guid> chunkIds, CancellationToken cancellationToken) => throw Absent();

        public IAsyncEnumerable<IReadOnlyList<IndexedChunk>> ScanAsync(CancellationToken cancellationToken) => throw Absent();

        public Task<IReadOnlyList<IndexHit>> SearchAsync(IndexQuery query, CancellationToken cancellationToken) => throw Absent();

        public Task<IndexStatus> StatusAsync(CancellationToken cancellationToken) => throw Absent();

        private static VectorIndexUnavailableException Absent() => new("The index is out of reach.");
    }
}
