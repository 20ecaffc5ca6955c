using RagAspire.Search;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors.Qdrant;
using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Tests.Transfer;

/// <summary>What a collection with judged questions is worth after it has gone through archives.</summary>
public sealed class TransferQualityTests(Stores stores)
{
    /// <summary>A variable names a larger collection, which takes minutes.</summary>
    private static readonly string Data = Environment.GetEnvironmentVariable("TRANSFER_DATA") ?? "sample/garden";

    [Fact]
    public async Task Search_is_as_good_after_an_archive_into_Qdrant_and_another_one_back()
    {
        var test = BeirTest.Load(SharedData.Locate(Data));
        await using var qdrant = await QdrantStub.StartAsync();
        await using var one = await TransferRig.StartAsync(stores);
        await using var between = await TransferRig.StartAsync(stores, qdrant.Address);
        await using var back = await TransferRig.StartAsync(stores);
        var names = new Dictionary<Guid, string>();
        foreach (var document in test.Documents)
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
        var expected = await MeasureAsync(test, one, names, SearchMode.Hybrid);
        Assert.InRange(expected.Ndcg10, .5, 1);
        Assert.Equal(expected, await MeasureAsync(test, back, names, SearchMode.Hybrid));
        var texts = await MeasureAsync(test, one, names, SearchMode.Text);
        Assert.Equal(texts, await MeasureAsync(test, back, names, SearchMode.Text));

        // Qdrant weighs words by an estimate of the average length; vectors are the same there.
        var vectors = await MeasureAsync(test, one, names, SearchMode.Vector);
        Assert.Equal(vectors.Ndcg10, (await MeasureAsync(test, between, names, SearchMode.Vector)).Ndcg10, tolerance: 1e-9);
        var inQdrant = await MeasureAsync(test, between, names, SearchMode.Hybrid);
        Assert.InRange(inQdrant.Ndcg10, expected.Ndcg10 - .05, 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{test.Name}: {expected}; in Qdrant {inQdrant}");
    }

    private static async Task<RetrievalQuality> MeasureAsync(
        BeirTest test, TransferRig rig, Dictionary<Guid, string> names, SearchMode mode)
    {
        var found = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (id, text) in test.Queries)
        {
            found[id] = [.. (await rig.FoundAsync(text, mode)).Select(document => names[document])];
        }

        return RetrievalQuality.Measure(test, (id, _) => found[id]);
    }
}
