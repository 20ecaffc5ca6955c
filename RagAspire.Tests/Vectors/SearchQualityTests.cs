using RagAspire.Tests.Support;
using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Tests.Vectors;

/// <summary>Retrieval tests: the sample of the repository, and public ones where they exist.</summary>
public sealed class SearchQualityTests
{
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook", 0.98, 0.99)]
    [SampleRow("sample/reworded", 0.48, 0.65)]
    [LargeRow("scifact", 0.685, 0.92)]
    [LargeRow("retrieval-en", 0.96, 0.99)]
    public void Text_search_reaches_the_baseline_of_the_collection(string name, double ndcg10, double recall100)
    {
        var test = BeirTest.Load(SharedData.Locate(name));
        using var subject = new IndexSubject(test);

        var quality = Measure(test, subject);

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {quality}");
        Assert.InRange(quality.Ndcg10, ndcg10, 1);
        Assert.InRange(quality.Recall100, recall100, 1);
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/reworded")]
    [LargeRow("scifact")]
    [LargeRow("retrieval-en")]
    public void A_weak_embedding_model_costs_hybrid_search_little(string name)
    {
        var test = BeirTest.Load(SharedData.Locate(name));
        using var text = new IndexSubject(test);
        using var hybrid = new IndexSubject(test, new WeakModel().Embed);

        var (alone, together) = (Measure(test, text), Measure(test, hybrid));

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: text {alone}, hybrid {together}");
        Assert.NotEqual(alone, together);
        Assert.InRange(together.Ndcg10, alone.Ndcg10 - 0.02, 1);
    }

    private static RetrievalQuality Measure(BeirTest test, IndexSubject subject)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        return RetrievalQuality.Measure(
            test, (_, query) => subject.SearchAsync(query, 100, cancellationToken).GetAwaiter().GetResult());
    }
}
