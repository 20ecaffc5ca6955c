using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Leases;
using RagAspire.Ingestion;
using RagAspire.Ingestion.Chunking;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.Vectors;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Ingestion;

/// <summary>Terms that were stored by another analysis are made again while they are searched.</summary>
public sealed class TermUpgradeTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Terms_of_another_analysis_are_made_again_and_followed_by_the_index()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        await core.Get<IndexSync>().StartAsync(Token);
        var id = await core.UploadAsync("text");
        await using (var lease = (await core.Get<DocumentLeases>().AcquireAsync(id, Token))!)
        {
            Chunk[] chunks = [new(0, "Fault ERR-1234.", "Faults", null, 3), new(1, "Fault ERR-1235.", "Faults", null, 3)];
            await core.Get<ChunkWriter>().WriteAsync(id, 1, "list.txt", chunks, Token);
            var prepared = new PreparedVersion(new ReadDocument(2, [], null), null, core.Get<ChunkWriter>().Analysis);
            Assert.True(await lease.ReadyAsync(prepared, Token));
        }

        var upgrade = Upgrade(core);
        Assert.Equal(0, await upgrade.UpgradeAsync(Token));
        await core.Get<NpgsqlDataSource>().Command("update embeddings set term_hashes = '{1}', term_counts = '{1}'").ExecuteAsync(Token);
        await core.Get<NpgsqlDataSource>().Command("update documents set analysis = null").ExecuteAsync(Token);
        await FollowAsync(core);
        Assert.Empty(await FindAsync(core, "ERR1234"));

        Assert.Equal(1, await upgrade.UpgradeAsync(Token));
        Assert.Equal(0, await upgrade.UpgradeAsync(Token));

        await FollowAsync(core);
        Assert.Single(await FindAsync(core, "ERR1234"));
        Assert.Equal(2, (await FindAsync(core, "list faults")).Count);
    }

    private static TermUpgrade Upgrade(CoreServices core) =>
        Microsoft.Extensions.DependencyInjection.ActivatorUtilities.CreateInstance<TermUpgrade>(core.Services);

    private static Task<IReadOnlyList<IndexHit>> FindAsync(CoreServices core, string query) =>
        core.Get<IVectorIndex>().SearchAsync(
            new IndexQuery("default", core.Get<Bm25Encoder>().EncodeQuery(query), null, new Dictionary<string, string>(), 10), Token);

    private static async Task FollowAsync(CoreServices core) => await core.Get<IndexSync>().ApplyAsync(
        await core.Get<DocumentChanges>().AfterAsync(core.Get<IndexSync>().Position, 100, Token), Token);
}
