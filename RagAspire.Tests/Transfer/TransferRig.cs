using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Intake;
using RagAspire.Ingestion;
using RagAspire.Search;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.OpenAi;
using RagAspire.Transfer;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Transfer;

/// <summary>A system with a database and an index of its own, whose embedding model counts its calls.</summary>
internal sealed class TransferRig(CoreServices core, OpenAiStub model) : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public CoreServices Core => core;

    public OpenAiStub Model => model;

    public static async Task<TransferRig> StartAsync(Stores stores, Uri? qdrant = null, string? embeddings = null)
    {
        var model = await OpenAiStub.StartAsync();
        var core = await CoreServices.CreateAsync(stores, settings: new Dictionary<string, string?>
        {
            ["ConnectionStrings:embeddings"] = embeddings ?? model.ConnectionString(model.EmbeddingModel),
            ["ConnectionStrings:vectors"] = qdrant is null ? null : $"Endpoint={qdrant}",
        });
        await core.Get<IndexSync>().StartAsync(Token);
        return new TransferRig(core, model);
    }

    /// <summary>Uploads and processes texts completely.</summary>
    public async Task FillAsync(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            await core.IngestAsync(await core.UploadAsync(text));
        }

        await SettleAsync();
    }

    /// <summary>Does what happens in the background.</summary>
    public async Task SettleAsync()
    {
        while (await core.Get<DocumentEmbedder>().EmbedAsync(Token))
        {
        }

        var sync = core.Get<IndexSync>();
        while (await core.Get<DocumentChanges>().AfterAsync(sync.Position, 100, Token) is { Count: > 0 } changes)
        {
            await sync.ApplyAsync(changes, Token);
        }
    }

    public async Task<byte[]> ExportAsync()
    {
        using var archive = new MemoryStream();
        await core.Get<CollectionExport>().WriteAsync(CollectionName.Default, archive, "test", Token);
        return archive.ToArray();
    }

    public Task<ImportReport> ImportAsync(byte[] archive, string collection = CollectionName.Default) =>
        ImportAsync(new MemoryStream(archive), collection);

    public Task<ImportReport> ImportAsync(Stream archive, string collection = CollectionName.Default) =>
        core.Get<CollectionImport>().RunAsync(archive, new ImportTarget(collection, "test", null, 64 << 20), Token);

    /// <summary>Ids and scores of all hits, in their order.</summary>
    public async Task<List<string>> SearchAsync(
        string text, string collection = CollectionName.Default, SearchMode mode = SearchMode.Hybrid)
    {
        var result = await core.Get<SearchService>().SearchAsync(
            new SearchQuery(text, collection, 100, mode, new Dictionary<string, string>()), Token);
        Assert.Null(result.Degraded);
        return [.. result.Hits.Select(hit => $"{hit.ChunkId} {hit.Score:R} {hit.Text}")];
    }

    /// <summary>The documents of the hits, best first, each once.</summary>
    public async Task<List<Guid>> FoundAsync(string text, SearchMode mode)
    {
        var result = await core.Get<SearchService>().SearchAsync(
            new SearchQuery(text, CollectionName.Default, 100, mode, new Dictionary<string, string>()), Token);
        Assert.Null(result.Degraded);
        return [.. result.Hits.Select(hit => hit.DocumentId).Distinct()];
    }

    public Task<Page<Document>> DocumentsAsync(string collection = CollectionName.Default) =>
        core.Get<DocumentStore>().ListAsync(new DocumentFilter(collection, null, null, null, 200), Token);

    public Task<long> CountAsync(string sql) => core.Get<NpgsqlDataSource>().Command(sql).ScalarAsync<long>(Token);

    public Task ExecuteAsync(string sql) => core.Get<NpgsqlDataSource>().Command(sql).ExecuteAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await core.DisposeAsync();
        await model.DisposeAsync();
    }
}
