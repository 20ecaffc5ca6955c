using RagAspire.Search;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Search;

/// <summary>What is cached of a search that fell back to a lower level.</summary>
public sealed class SearchServiceTests(Stores stores)
{
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
