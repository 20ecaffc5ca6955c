using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Leases;
using RagAspire.Ingestion;
using RagAspire.Ingestion.Chunking;
using RagAspire.Search.Caching;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Maintenance.Interruptions;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;
using RagAspire.Usage;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Ingestion;

/// <summary>Documents are searched by their words first, and their vectors follow.</summary>
public sealed class DocumentEmbedderTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_holds_chunks_of_many_documents_newest_first()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, batchSize: 25);
        Guid[] ids = [await ReadyAsync(core, "a", 10), await ReadyAsync(core, "b", 10), await ReadyAsync(core, "c", 10)];

        Assert.True(await core.Get<DocumentEmbedder>().EmbedAsync(Token));
        Assert.Equal([5, 10, 10], await DoneAsync(core, ids));
        Assert.True(await core.Get<DocumentEmbedder>().EmbedAsync(Token));
        Assert.Equal([10, 10, 10], await DoneAsync(core, ids));

        Assert.False(await core.Get<DocumentEmbedder>().EmbedAsync(Token));
        Assert.Equal([25, 5], Sizes(ollama));
        Assert.Equal(Names("c").Concat(Names("b")).Concat(Names("a")), Texts(ollama));
        Assert.Equal((30L, 30L, 30L), await RowsAsync(core));
    }

    [Fact]
    public async Task The_claim_of_a_killed_worker_expires_and_nothing_is_stored_twice()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, batchSize: 8);
        var id = await ReadyAsync(core, "a", 10);
        var model = core.Get<Embedder>().Model!;
        var queue = core.Get<OutstandingVectors>();
        var killed = (await queue.ClaimAsync(model, 8, Token))!;
        Assert.Null(await queue.ClaimAsync(model, 8, Token));
        await killed.DisposeAsync();
        await core.Get<NpgsqlDataSource>()
            .Command("update documents set embedding_claimed_until = now() - interval '1 s'").ExecuteAsync(Token);

        await DrainAsync(core);
        Assert.Equal((10L, 10L, 10L), await RowsAsync(core));

        // What the first worker had computed comes late and changes nothing.
        var late = await core.Get<Embedder>().EmbedDocumentsAsync(
            [.. killed.Chunks.Select(chunk => chunk.Text)], [.. killed.Chunks.Select(chunk => chunk.Usage)], Token);
        await queue.CompleteAsync(killed, model, late, Token);

        Assert.Equal((10L, 10L, 10L), await RowsAsync(core));
        Assert.Equal([10], await DoneAsync(core, [id]));
    }

    [Fact]
    public async Task A_document_is_ready_while_the_model_is_away_and_gets_its_vectors_when_it_is_back()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, batchSize: 8);
        var id = await core.UploadAsync("The quick brown fox.");
        ollama.Mode = OllamaMode.Busy;

        await core.IngestAsync(id);

        var document = (await core.Get<DocumentStore>().FindAsync(id, Token))!;
        Assert.Equal((DocumentStatus.Ready, 0, 1), (document.Status, document.Embedding!.Done, document.Embedding.Of));
        await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => core.Get<DocumentEmbedder>().EmbedAsync(Token));
        Assert.Equal(1, (await core.Get<OutstandingVectors>().BacklogAsync(core.Get<Embedder>().Model!, Token)).Chunks);

        ollama.Mode = OllamaMode.Normal;
        await DrainAsync(core);
        Assert.Equal([1], await DoneAsync(core, [id]));
        Assert.Equal(0, (await core.Get<OutstandingVectors>().BacklogAsync(core.Get<Embedder>().Model!, Token)).Chunks);
    }

    [Fact]
    public async Task Documents_that_the_model_refuses_come_last_and_alone_and_hold_up_no_other()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, batchSize: 8);
        Guid[] refused = [await ReadyAsync(core, "a", 2), await ReadyAsync(core, "b", 2)];
        ollama.EmbeddingFault = OllamaEmbeddingFault.Zero;
        Assert.True(await core.Get<DocumentEmbedder>().EmbedAsync(Token));
        Assert.False(await core.Get<DocumentEmbedder>().EmbedAsync(Token));

        ollama.EmbeddingFault = OllamaEmbeddingFault.None;
        var other = await ReadyAsync(core, "c", 2);
        await core.Get<NpgsqlDataSource>()
            .Command("update documents set embedding_claimed_until = null").ExecuteAsync(Token);
        await DrainAsync(core);

        Assert.Equal([4, 2, 2, 2], Sizes(ollama));
        Assert.Equal(["c0", "c1"], Texts(ollama).Skip(4).Take(2));
        Assert.Equal([2, 2, 2], await DoneAsync(core, [.. refused, other]));
    }

    [Fact]
    public async Task Vectors_of_a_version_that_was_replaced_meanwhile_are_dropped_and_the_new_one_waits()
    {
        await using var ollama = await OllamaStub.StartAsync();
        using var index = new SharedIndexStub();
        await using var core = await CoreAsync(ollama, batchSize: 8, index.AddTo);
        var id = await ReadyAsync(core, "a", 2);
        var model = core.Get<Embedder>().Model!;
        await using var batch = (await core.Get<OutstandingVectors>().ClaimAsync(model, 8, Token))!;
        await core.ReplaceAsync(id, "b");
        await PublishAsync(core, id, "b", 3);
        var before = await NewestAsync(core);

        await core.Get<OutstandingVectors>().CompleteAsync(batch, model, [[1, 0], [0, 1]], Token);

        Assert.Equal((3L, 3L, 0L), await RowsAsync(core));
        Assert.Equal([0], await DoneAsync(core, [id]));

        // A shared index may have points of the old version: another change removes them.
        Assert.True(await NewestAsync(core) > before);
    }

    [Fact]
    public async Task A_shared_index_has_the_vectors_before_they_are_reported_and_waits_when_it_is_away()
    {
        await using var ollama = await OllamaStub.StartAsync();
        using var index = new SharedIndexStub();
        await using var core = await CoreAsync(ollama, batchSize: 8, index.AddTo);
        var id = await ReadyAsync(core, "a", 2);
        index.IsDown = true;
        await Assert.ThrowsAsync<VectorIndexUnavailableException>(() => core.Get<DocumentEmbedder>().EmbedAsync(Token));
        Assert.Equal([0], await DoneAsync(core, [id]));

        index.IsDown = false;
        await DrainAsync(core);

        Assert.Equal([2], await DoneAsync(core, [id]));
        await foreach (var page in index.ScanAsync(Token))
        {
            Assert.Equal([true, true], page.Select(chunk => chunk.HasDense));
        }
    }

    [Fact]
    public async Task What_was_cached_without_the_vectors_is_stale_as_soon_as_they_are_reported()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, batchSize: 8);
        await core.Get<IndexSync>().StartAsync(Token);
        await ReadyAsync(core, "a", 2);
        await FollowAsync(core);
        var cache = core.Get<ResponseCache>();
        var key = cache.Key("search", "default", new { Text = "a0" })!;
        Assert.False(await cache.HasChangedAsync(key, Token));

        await DrainAsync(core);

        Assert.True(await cache.HasChangedAsync(key, Token));
        await FollowAsync(core);
        Assert.NotEqual(key.Name, cache.Key("search", "default", new { Text = "a0" })!.Name);
    }

    [Fact]
    public async Task Tokens_of_a_batch_are_divided_among_the_keys_that_uploaded()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, batchSize: 8);
        var (mine, other) = (await ReadyAsync(core, "a", 3), await ReadyAsync(core, "b", 1));
        await core.Get<NpgsqlDataSource>().Command("update documents set uploaded_by = case id when $1 then 'one' else 'two' end", mine)
            .ExecuteAsync(Token);

        await DrainAsync(core);

        var rows = core.Get<UsageLedger>().Take()!.Rows.ToDictionary(row => row.Key.KeyId, row => row.Value.InputTokens);
        Assert.Equal(["one", "two"], rows.Keys.Order());
        Assert.Equal(3 * rows["two"], rows["one"]);
        Assert.Equal([3, 1], await DoneAsync(core, [mine, other]));
    }

    [Fact]
    public async Task Progress_is_followed_until_the_document_is_ready_or_until_it_is_embedded()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, batchSize: 8);
        var id = await ReadyAsync(core, "a", 2);
        var feed = core.Get<ProgressFeed>();
        Assert.Equal(0, Assert.Single(await feed.WatchAsync(id, untilEmbedded: false, Token).ToListAsync(Token)).Embedding!.Done);

        var seen = new List<int>();
        await foreach (var progress in feed.WatchAsync(id, untilEmbedded: true, Token))
        {
            seen.Add(progress.Embedding!.Done);
            await DrainAsync(core);
        }

        Assert.Equal([0, 2], seen);
    }

    private Task<CoreServices> CoreAsync(OllamaStub ollama, int batchSize, Action<IServiceCollection>? configure = null) =>
        CoreServices.CreateAsync(
            stores,
            settings: new Dictionary<string, string?>
            {
                ["ConnectionStrings:embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
                ["Embeddings:BatchSize"] = $"{batchSize}",
            },
            configure: configure);

    /// <summary>A document that is found by its words, whose chunks are its name with a number.</summary>
    private static async Task<Guid> ReadyAsync(CoreServices core, string name, int chunks)
    {
        var id = await core.UploadAsync(name);
        await PublishAsync(core, id, name, chunks);
        return id;
    }

    private static async Task PublishAsync(CoreServices core, Guid id, string name, int count)
    {
        await using var lease = (await core.Get<DocumentLeases>().AcquireAsync(id, Token))!;
        var chunks = Names(name, count).Select((text, ordinal) => new Chunk(ordinal, text, null, null, 1)).ToList();
        await core.Get<ChunkWriter>().WriteAsync(id, lease.Document.Version, "", chunks, Token);
        Assert.True(await lease.ReadyAsync(new PreparedVersion(new ReadDocument(count, [], null), core.Get<Embedder>().Model, ""), Token));
    }

    private static IEnumerable<string> Names(string name, int count = 10) => Enumerable.Range(0, count).Select(i => $"{name}{i}");

    private static async Task DrainAsync(CoreServices core)
    {
        while (await core.Get<DocumentEmbedder>().EmbedAsync(Token))
        {
        }
    }

    private static async Task FollowAsync(CoreServices core) => await core.Get<IndexSync>().ApplyAsync(
        await core.Get<DocumentChanges>().AfterAsync(core.Get<IndexSync>().Position, 100, Token), Token);

    private static async Task<long> NewestAsync(CoreServices core) =>
        (await core.Get<DocumentChanges>().NewestAsync(Token)).Values.Max();

    private static async Task<List<int>> DoneAsync(CoreServices core, Guid[] ids)
    {
        var done = new List<int>();
        foreach (var id in ids)
        {
            done.Add((await core.Get<DocumentStore>().FindAsync(id, Token))!.Embedding!.Done);
        }

        return done;
    }

    /// <summary>Chunks, rows with their terms, and vectors.</summary>
    private static async Task<(long Chunks, long Terms, long Vectors)> RowsAsync(CoreServices core) =>
        (await core.Get<NpgsqlDataSource>().Command("""
            select (select count(*) from chunks), count(*) filter (where cardinality(term_hashes) > 0), count(dense)
            from embeddings
            """).ListAsync(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), Token)).Single();

    private static IEnumerable<int> Sizes(OllamaStub ollama) =>
        ollama.Requests.Where(request => request.Path == "/api/embed").Select(request => request.Body!["input"]!.AsArray().Count);

    private static IEnumerable<string> Texts(OllamaStub ollama) => ollama.Requests.Where(request => request.Path == "/api/embed")
        .SelectMany(request => request.Body!["input"]!.AsArray())
        .Select(text => text!.GetValue<string>().Replace("search_document: ", "", StringComparison.Ordinal));
}
