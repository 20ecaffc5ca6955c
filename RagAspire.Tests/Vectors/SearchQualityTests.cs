using RagAspire.Benchmarks.Quality;

namespace RagAspire.Tests.Vectors;

/// <summary>Public retrieval tests, found in <c>../shared/data</c>.</summary>
public sealed class SearchQualityTests
{
    [Theory]
    [InlineData("scifact", 0.675, 0.92)]
    [InlineData("retrieval-en", 0.96, 0.99)]
    public void Text_search_finds_what_the_published_baselines_find(string name, double ndcg10, double recall100)
    {
        var collection = BeirTest.Load(DataFolder(name));
        using var subject = new Bm25Subject(collection);
        var cancellationToken = TestContext.Current.CancellationToken;

        var quality = RetrievalQuality.Measure(
            collection, (_, text) => subject.SearchAsync(text, 100, cancellationToken).GetAwaiter().GetResult());

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {quality}");
        Assert.InRange(quality.Ndcg10, ndcg10, 1);
        Assert.InRange(quality.Recall100, recall100, 1);
    }

    private static string DataFolder(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(Path.Combine(data, "corpus.jsonl")))
            {
                return data;
            }
        }

        Assert.Skip($"There is no folder ../shared/data/{name} with the test collection");
        return "";
    }
}
