using Microsoft.Extensions.Time.Testing;
using RagAspire.Search;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Tests.Search;

/// <summary>What is cached of a search that fell back to a lower level.</summary>
public sealed class SearchServiceTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_by_text_alone_is_not_cached_when_the_embedding_model_failed()
    {
        await using var rig = await SearchRig.StartAsync(stores);
        rig.Embeddings.IsAway = true;
        var during = await rig.SearchAsync("fox");
        Assert.Equal(RetrievalLevel.Text, during.Level);
        Assert.NotNull(during.Degraded);

        await rig.CacheIsWrittenAsync();

        rig.Embeddings.IsAway = false;
        var after = await rig.SearchAsync("fox");

        Assert.Equal(RetrievalLevel.Hybrid, after.Level);
        Assert.Null(after.Degraded);
    }

    [Fact]
    public async Task A_model_that_hangs_delays_a_few_searches_by_the_limit_and_then_none()
    {
        var (time, limit) = (new FakeTimeProvider(), TimeSpan.FromSeconds(7));
        await using var rig = await SearchRig.StartAsync(
            stores, time: time, settings: new Dictionary<string, string?> { ["Embeddings:QueryTimeout"] = $"{limit}" });
        rig.Embeddings.Gate.Opening = new TaskCompletionSource().Task;

        for (var search = 0; search < new EmbeddingOptions().BreakAfterFailures; search++)
        {
            var searching = rig.SearchAsync("fox");
            var call = await rig.Embeddings.Gate.Asked.ReadAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token);
            time.Advance(limit - TimeSpan.FromTicks(1));
            Assert.False(call.IsCancellationRequested);
            time.Advance(TimeSpan.FromTicks(1));
            var found = await searching.WaitAsync(TimeSpan.FromSeconds(30), Token);
            Assert.Equal(RetrievalLevel.Text, found.Level);
            Assert.Contains("did not answer in time", found.Degraded);
        }

        var after = await rig.SearchAsync("fox").WaitAsync(TimeSpan.FromSeconds(30), Token);

        Assert.Equal((RetrievalLevel.Text, 3), (after.Level, rig.Embeddings.Gate.Calls));
        Assert.Equal(TimeSpan.FromSeconds(2), new EmbeddingOptions().QueryTimeout);
    }

    [Fact]
    public async Task A_result_by_text_alone_is_cached_when_no_embedding_model_is_configured()
    {
        await using var rig = await SearchRig.StartAsync(stores, model: null);
        await rig.SearchAsync("fox");
        await rig.CacheIsWrittenAsync();

        var cached = await rig.SearchAsync("fox");

        Assert.True(cached.Cached);
        Assert.Equal(RetrievalLevel.Text, cached.Level);
        Assert.NotNull(cached.Degraded);
    }
}
