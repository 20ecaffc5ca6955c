using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Vectors;

public sealed class IndexGenerationTests
{
    [Fact]
    public void Two_installations_never_have_the_same_generation()
    {
        var newest = new Dictionary<string, long> { ["default"] = 7 };
        var generations = new[] { new IndexGeneration(), new IndexGeneration() };
        foreach (var generation in generations)
        {
            generation.Loaded(Guid.NewGuid(), newest);
            generation.Current(true);
        }

        Assert.NotNull(generations[0].Of("default"));
        Assert.NotEqual(generations[0].Of("default"), generations[1].Of("default"));
    }

    [Fact]
    public void Nothing_may_be_cached_while_changes_cannot_be_heard()
    {
        var generation = new IndexGeneration();
        generation.Loaded(Guid.NewGuid(), new Dictionary<string, long>());
        Assert.Null(generation.Of("default"));
        generation.Current(true);
        Assert.NotNull(generation.Of("default"));
        generation.Current(false);
        Assert.Null(generation.Of("default"));
    }
}
