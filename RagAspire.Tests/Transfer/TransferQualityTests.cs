using RagAspire.Search;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors.Qdrant;
using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Tests.Transfer;

/// <summary>What a collection with judged questions is worth after it has gone through archives.</summary>
public sealed class TransferQualityTests(Stores stores)
{
    private static readonly BeirTest Garden =
        BeirTest.Load(Path.Combine(BuildOutput.RepositoryRoot, "RagAspire.TestSupport", "Data", "garden"));

    [Fact]
    public async Task Search_is_as_good_after_an_archive_into_Qdrant_and_another_one_back()
    {
        await using var qdrant = await QdrantStub.StartAsync();
        await using var one = await TransferRig.StartAsync(stores);
        await using var between = await TransferRig.StartAsync(stores, qdrant.Address);
        await using var back = await TransferRig.StartAsync(stores);
        var names = new Dictionary<Guid, string>();
        foreach (var document in Garden.Documents)
        {
            var id = await one.Core.UploadAsync(document.Whole);
            await one.Core.IngestAsync(id);
            names[id] = document.Id;
        }

        await one.SettleAsync();
        await between.ImportAsync(await one.ExportAsync());
        await between.SettleAsync();
        await back.ImportAsync(await between.ExportAsync());
        await back.SettleAsync();

        Assert.Equal((0, 0), (between.Model.EmbeddedTexts, back.Model.EmbeddedTexts));
        var expected = await MeasureAsync(one, names, SearchMode.Hybrid);
        Assert.InRange(expected.Ndcg10, .5, 1);
        Assert.Equal(expected, await MeasureAsync(back, names, SearchMode.Hybrid));
        Assert.Equal(await MeasureAsync(one, names, SearchMode.Text), await MeasureAsync(back, names, SearchMode.Text));

        // Qdrant weighs words by an estimate of the average length; vectors are the same there.
        var vectors = await MeasureAsync(one, names, SearchMode.Vector);
        Assert.Equal(vectors.Ndcg10, (await MeasureAsync(between, names, SearchMode.Vector)).Ndcg10, tolerance: 1e-9);
        Assert.InRange((await MeasureAsync(between, names, SearchMode.Hybrid)).Ndcg10, expected.Ndcg10 - .05, 1);
    }

    private static async Task<RetrievalQuality> MeasureAsync(
        TransferRig rig, Dictionary<Guid, string> names, SearchMode mode)
    {
        var found = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (id, text) in Garden.Queries)
        {
            found[id] = [.. (await rig.FoundAsync(text, mode)).Select(document => names[document])];
        }

        return RetrievalQuality.Measure(Garden, (id, _) => found[id]);
    }
}
