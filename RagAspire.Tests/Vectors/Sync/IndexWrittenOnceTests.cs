using Microsoft.Extensions.DependencyInjection;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Maintenance.Interruptions;
using RagAspire.Tests.Support;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors.Sync;

/// <summary>Which part of the system writes to each kind of index, and when.</summary>
public sealed class IndexWrittenOnceTests(Stores stores)
{
    private const string First = "The quick brown fox.";
    private const string Second = "A lazy dog.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_index_of_a_process_is_written_by_its_sync_after_the_switch_and_never_by_ingestion()
    {
        var database = await stores.CreateDatabaseAsync();
        await using var core = await CoreServices.CreateAsync(stores, database);
        await using var other = await CoreServices.CreateAsync(stores, database);
        await core.Get<IndexSync>().StartAsync(Token);
        var id = await core.UploadAsync(First);

        await core.IngestAsync(id);
        Assert.Equal(DocumentStatus.Ready, (await DocumentAsync(core, id)).Status);
        Assert.Equal(0, await PointsAsync(core));

        await FollowAsync(core);
        await other.Get<IndexSync>().StartAsync(Token);
        Assert.Equal((1, 1), (await PointsAsync(core), await PointsAsync(other)));

        await core.ReplaceAsync(id, Second);
        await core.IngestAsync(id);
        await FollowAsync(core);
        Assert.Equal(2, Assert.Single(await ChunksAsync(core.Get<InProcessVectorIndex>())).Version);

        await core.Get<DocumentStore>().DeleteAsync(id, "test", Token);
        await FollowAsync(core);
        Assert.Equal(0, await PointsAsync(core));
    }

    [Fact]
    public async Task A_shared_index_holds_the_new_version_before_the_switch_and_loses_the_old_one_after_it()
    {
        using var index = new SharedIndexStub();
        await using var core = await CoreServices.CreateAsync(stores, configure: index.AddTo);
        var (cleanup, id) = (core.Get<SharedIndexCleanup>(), await core.UploadAsync(First));
        await core.IngestAsync(id);
        await core.ReplaceAsync(id, Second);

        await core.IngestAsync(id);

        Assert.Equal([1, 2], (await ChunksAsync(index)).Select(chunk => chunk.Version).Order());
        Assert.Equal(2, await cleanup.CleanPageAsync(Token));
        Assert.Equal([2], (await ChunksAsync(index)).Select(chunk => chunk.Version));
        Assert.Equal(0, await cleanup.CleanPageAsync(Token));

        await core.Get<DocumentStore>().DeleteAsync(id, "test", Token);
        Assert.Equal(1, await cleanup.CleanPageAsync(Token));
        Assert.Empty(await ChunksAsync(index));
    }

    [Fact]
    public async Task Ingestion_and_cleanup_wait_while_the_shared_index_is_away_and_nothing_is_lost()
    {
        using var index = new SharedIndexStub();
        await using var core = await CoreServices.CreateAsync(stores, configure: index.AddTo);
        var (cleanup, id) = (core.Get<SharedIndexCleanup>(), await core.UploadAsync(First));
        await core.IngestAsync(id);
        await core.ReplaceAsync(id, Second);
        index.IsDown = true;

        await core.IngestAsync(id);
        var waiting = await DocumentAsync(core, id);
        Assert.Equal((DocumentStatus.Pending, 1, "Qdrant does not answer."), (waiting.Status, waiting.ReadyVersion, waiting.Error));
        await Assert.ThrowsAsync<VectorIndexUnavailableException>(() => cleanup.CleanPageAsync(Token));

        index.IsDown = false;
        await core.IngestAsync(id);
        Assert.Equal(2, await cleanup.CleanPageAsync(Token));
        Assert.Equal([2], (await ChunksAsync(index)).Select(chunk => chunk.Version));
    }

    [Fact]
    public async Task Points_of_a_first_version_that_is_being_written_stay_and_those_of_a_deleted_document_go()
    {
        using var index = new SharedIndexStub();
        await using var core = await CoreServices.CreateAsync(stores, configure: index.AddTo);
        var (building, deleted) = (await core.UploadAsync(First), Guid.CreateVersion7());
        await index.UpsertAsync([Sample.Point(1, "fox", document: building), Sample.Point(2, "dog", document: deleted)], Token);
        await core.Get<DocumentChanges>().AppendAsync(building, "default", Token);
        await core.Get<DocumentChanges>().AppendAsync(deleted, "default", Token);

        Assert.Equal(2, await core.Get<SharedIndexCleanup>().CleanPageAsync(Token));

        Assert.Equal(building, Assert.Single(await ChunksAsync(index)).DocumentId);
    }

    [Fact]
    public async Task A_shared_index_is_written_again_where_groups_have_changed()
    {
        using var index = new SharedIndexStub();
        await using var core = await CoreServices.CreateAsync(stores, configure: index.AddTo);
        var (cleanup, id) = (core.Get<SharedIndexCleanup>(), await core.UploadAsync(First));
        await core.IngestAsync(id);
        await cleanup.CleanPageAsync(Token);
        var query = new IndexQuery("default", core.Get<Bm25Encoder>().EncodeQuery("fox"), null, new Dictionary<string, string>(), 10);
        Assert.Single(await index.SearchAsync(query with { Groups = [] }, Token));

        await core.Get<DocumentGroups>().SetAsync(id, ["board"], "test", _ => { }, Token);
        Assert.Equal(1, await cleanup.CleanPageAsync(Token));

        Assert.Empty(await index.SearchAsync(query with { Groups = [] }, Token));
        Assert.Single(await index.SearchAsync(query with { Groups = ["board"] }, Token));
    }

    [Fact]
    public async Task Results_are_cached_anew_when_the_stale_points_of_a_shared_index_are_gone()
    {
        using var index = new SharedIndexStub();
        await using var core = await CoreServices.CreateAsync(stores, configure: index.AddTo);
        var (sync, generation) = (core.Get<IndexSync>(), core.Get<IndexGeneration>());
        await sync.StartAsync(Token);
        await core.Get<DocumentChanges>().AppendAsync(Guid.CreateVersion7(), "default", Token);
        var before = generation.Of("default");
        await FollowAsync(core);
        var withStalePoints = generation.Of("default");

        await core.Get<SharedIndexCleanup>().CleanPageAsync(Token);
        await FollowAsync(core);

        Assert.Equal(3, new[] { before, withStalePoints, generation.Of("default") }.Distinct().Count());
    }

    private static async Task FollowAsync(CoreServices core)
    {
        var sync = core.Get<IndexSync>();
        await sync.ApplyAsync(await core.Get<DocumentChanges>().AfterAsync(sync.Position, 100, Token), Token);
    }

    private static async Task<Document> DocumentAsync(CoreServices core, Guid id) =>
        (await core.Get<DocumentStore>().FindAsync(id, Token))!;

    private static async Task<long> PointsAsync(CoreServices core) => (await core.Get<IVectorIndex>().StatusAsync(Token)).Points;

    private static async Task<List<IndexedChunk>> ChunksAsync(IVectorIndex index)
    {
        var chunks = new List<IndexedChunk>();
        await foreach (var page in index.ScanAsync(Token))
        {
            chunks.AddRange(page);
        }

        return chunks;
    }
}
