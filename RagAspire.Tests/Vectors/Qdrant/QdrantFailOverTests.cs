using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Search;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Vectors.Qdrant;

/// <summary>The server behind Qdrant's address goes away, and another one takes its place.</summary>
public sealed class QdrantFailOverTests(Stores stores) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private QdrantStub _server = null!;
    private CoreServices _core = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await QdrantStub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Searches_degrade_at_once_and_find_the_next_server_without_a_restart()
    {
        await StartAsync();
        await AddAsync("The quick brown fox.");
        Assert.Equal((1, RetrievalLevel.Text, null), await SearchAsync("fox"));
        var (port, store) = (_server.Address.Port, _server.Store);

        await _server.DisposeAsync();
        Assert.Equal((1, RetrievalLevel.FullText, "Qdrant cannot be reached"), await SearchAsync("fox"));

        _server = await QdrantStub.StartAsync(port, store);
        await Eventually.TrueAsync(
            async () => await SearchAsync("fox") == (1, RetrievalLevel.Text, null), Patience, () => "Searches stay degraded.", Token);
        await CleanAsync();
        Assert.DoesNotContain("Upsert", _server.Calls);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up_for_the_next_one()
    {
        await using var relay = new Relay(_server.Address.Port);
        await StartAsync(relay.Address);
        await AddAsync("The quick brown fox.");
        Assert.Equal((1, RetrievalLevel.Text, null), await SearchAsync("fox"));

        relay.Silence();
        Assert.Equal(RetrievalLevel.FullText, (await SearchAsync("fox").WaitAsync(TimeSpan.FromMinutes(1), Token)).Level);

        await Eventually.TrueAsync(
            async () => await SearchAsync("fox") == (1, RetrievalLevel.Text, null), Patience, () => "Searches stay degraded.", Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_with_an_older_state_or_none_is_brought_into_step_from_the_feed(bool isEmpty)
    {
        await StartAsync();
        var replaced = await AddAsync("A badger digs.");
        var deleted = await AddAsync("A heron waits.");
        var older = isEmpty ? new QdrantStubStore() : _server.Store.Copy();
        await AddAsync("The quick brown fox.");
        await _core.ReplaceAsync(replaced, "An otter swims.");
        await _core.IngestAsync(replaced);
        await _core.Get<DocumentStore>().DeleteAsync(deleted, "test", Token);
        await CleanAsync();
        await FollowAsync();
        var generation = _core.Get<IndexGeneration>().Of("default");

        var port = _server.Address.Port;
        await _server.DisposeAsync();
        _server = await QdrantStub.StartAsync(port, older);
        await CleanAsync();

        Assert.Equal(await StoredAsync(), await IndexedAsync());
        Assert.Equal(2, (await _core.Get<IVectorIndex>().StatusAsync(Token)).Points);
        Assert.Equal((1, RetrievalLevel.Text, null), await SearchAsync("fox"));
        Assert.Equal((1, RetrievalLevel.Text, null), await SearchAsync("otter"));
        await FollowAsync();
        Assert.NotEqual(generation, _core.Get<IndexGeneration>().Of("default"));

        // Once is enough.
        _server.Calls.Clear();
        await CleanAsync();
        Assert.DoesNotContain("Upsert", _server.Calls);

        // A worker of an earlier version moves its cursor and no position. What was repeated already is no news then.
        var newest = await CursorAsync();
        await _core.Get<IVectorIndex>().MoveAsync(newest - 1, Token);
        await CleanAsync();
        Assert.Equal(newest, await CursorAsync());
    }

    [Fact]
    public async Task An_index_of_an_earlier_version_that_is_in_step_is_not_written_again()
    {
        await StartAsync();
        await AddAsync("The quick brown fox.");
        var index = _core.Get<IVectorIndex>();
        await index.RemoveChunksAsync([PositionId], Token);
        Assert.Null(await index.PositionAsync(Token));
        var cursor = await CursorAsync();

        await CleanAsync();

        Assert.Equal(cursor, await index.PositionAsync(Token));
        Assert.Equal(cursor, await CursorAsync());
    }

    private static Guid PositionId { get; } = new("5ec0f011-0d00-4fee-8d00-000000000001");

    private async Task StartAsync(string? address = null)
    {
        _core = await CoreServices.CreateAsync(stores, settings: new Dictionary<string, string?>
        {
            ["ConnectionStrings:vectors"] = $"Endpoint={address ?? _server.Address.ToString()}",
            ["Qdrant:KeepAlive"] = "00:00:01",

            // Longer than any test: a server that is away is to be known by other signs.
            ["Qdrant:SearchTimeout"] = "00:05:00",
        });
        await _core.Get<IndexSync>().StartAsync(Token);
    }

    private async Task<Guid> AddAsync(string text)
    {
        var id = await _core.UploadAsync(text);
        await _core.IngestAsync(id);
        await CleanAsync();
        return id;
    }

    /// <summary>What the worker does in the background, until there is nothing more to do.</summary>
    private Task CleanAsync() => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return await _core.Get<SharedIndexCleanup>().CleanPageAsync(Token) == 0;
            }
            catch (VectorIndexUnavailableException)
            {
                // By a connection to the server before, or because the collection is gone, which is made anew by the next call.
                return false;
            }
        },
        Patience, () => "The index cannot be reached.", Token);

    private Task<long> CursorAsync() => _core.Get<DocumentChanges>().CursorAsync("qdrant", Token);

    private async Task FollowAsync()
    {
        var sync = _core.Get<IndexSync>();
        await sync.ApplyAsync(await _core.Get<DocumentChanges>().AfterAsync(sync.Position, 100, Token), Token);
    }

    private async Task<(int Hits, RetrievalLevel Level, string? Degraded)> SearchAsync(string text)
    {
        var query = new SearchQuery(text, "default", 10, SearchMode.Text, new Dictionary<string, string>());
        var found = await _core.Get<Retriever>().RetrieveAsync(query, null, Token);
        return (found.Hits.Count, found.Level, found.Degraded);
    }

    private async Task<IReadOnlyList<(Guid, int)>> StoredAsync() => await _core.Get<EmbeddingStore>().ReadyChunksAsync(Token)
        .Select(chunk => (chunk.ChunkId, chunk.Version)).Order().ToListAsync(Token);

    private async Task<IReadOnlyList<(Guid, int)>> IndexedAsync() => await _core.Get<IVectorIndex>().ScanAsync(Token)
        .SelectMany(page => page.ToAsyncEnumerable()).Select(chunk => (chunk.ChunkId, chunk.Version)).Order().ToListAsync(Token);
}
