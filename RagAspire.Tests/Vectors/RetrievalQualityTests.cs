using RagAspire.TestSupport.Retrieval;

namespace RagAspire.Tests.Vectors;

public sealed class RetrievalQualityTests
{
    /// <summary>One query finds its documents at places 2 and 11, one finds none, and of one none is known.</summary>
    [Fact]
    public void Figures_are_averages_over_the_queries_with_a_relevant_document()
    {
        var test = new BeirTest(
            "test",
            [],
            new Dictionary<string, string> { ["found"] = "", ["missed"] = "", ["without"] = "" },
            new Dictionary<string, IReadOnlyDictionary<string, int>>
            {
                ["found"] = new Dictionary<string, int> { ["d2"] = 1, ["d11"] = 1 },
                ["missed"] = new Dictionary<string, int> { ["elsewhere"] = 1 },
            });

        var quality = RetrievalQuality.Measure(test, (_, _) => [.. Enumerable.Range(1, 100).Select(place => $"d{place}")]);

        Assert.Equal(1 / Math.Log2(3) / (1 + (1 / Math.Log2(3))) / 2, quality.Ndcg10, 1e-9);
        Assert.Equal((.25, .5, .25, 2), (quality.Recall10, quality.Recall100, quality.Mrr10, quality.Queries));
    }
}
