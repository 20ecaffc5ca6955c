using RagAspire.Vectors;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors;

/// <summary>Rankings against the formulas written down plainly, before and after removal and replacement.</summary>
public abstract class RankingConformance : FilterConformance
{
    private const int Count = 1500;

    protected abstract Bm25Options Bm25 { get; }

    /// <summary>How far a score by text may be off, as a share of the best.</summary>
    protected virtual double Tolerance => 1e-4;

    [Fact]
    public async Task Text_is_ranked_as_the_formula_says()
    {
        var points = await FillAsync();
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            var query = Sample.Query(Sample.Text(random), limit: 20);
            AssertRanked(Reference.Bm25(points, query.Terms!, Bm25), await Index.SearchAsync(query, Cancelled), query.Limit,
                Tolerance);
        }
    }

    [Fact]
    public async Task Vectors_are_ranked_by_their_cosine()
    {
        var points = await FillAsync();
        for (var i = 0; i < 50; i++)
        {
            // Three times as long as a unit vector: only the direction counts.
            var query = Sample.Query(Array.ConvertAll(Sample.Direction(1000 + i), v => 3 * v), limit: 20);
            AssertRanked(Reference.Cosine(points, query.Dense!), await Index.SearchAsync(query, Cancelled), query.Limit, 1e-4);
        }
    }

    [Fact]
    public async Task Both_together_are_ranked_by_the_fusion_of_the_two_rankings()
    {
        await FillAsync();
        var random = new Random(9);
        var options = new HybridOptions();
        for (var i = 0; i < 20; i++)
        {
            var query = Sample.Query(Sample.Text(random), Sample.Direction(2000 + i), limit: 20);
            var text = await Index.SearchAsync(query with { Dense = null, Limit = options.Depth(20) }, Cancelled);
            var dense = await Index.SearchAsync(query with { Terms = null, Limit = options.Depth(20) }, Cancelled);

            var hits = await Index.SearchAsync(query, Cancelled);

            var expected = HybridFusion.Fuse(text, dense, new HashSet<Guid>(), options, query.Limit);
            Assert.All(expected.Zip(hits), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-4));
            Assert.Equal(expected.Count, hits.Count);
        }
    }

    [Fact]
    public async Task Searches_while_others_write_see_only_whole_points()
    {
        await Index.UpsertAsync(Sample.Points(300), Cancelled);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var searchers = Enumerable.Range(0, 4).Select(i => Task.Run(() => SearchUntilAsync(i, done.Token), Cancelled)).ToList();

        for (var round = 0; round < 30; round++)
        {
            await Index.UpsertAsync([.. Sample.Points(300, seed: round).Skip(round * 8).Take(8)], Cancelled);
            await Index.RemoveAsync(Sample.Id(290 - round), null, Cancelled);
        }

        await done.CancelAsync();
        Assert.True((await Task.WhenAll(searchers)).Sum() > 0);
        Assert.Equal(270, (await Index.StatusAsync(Cancelled)).Points);
    }

    /// <summary>Every point has the word and stays all the time but thirty, so fewer than 270 hits are an error.</summary>
    private async Task<int> SearchUntilAsync(int seed, CancellationToken done)
    {
        var searches = 0;
        while (!done.IsCancellationRequested)
        {
            var hits = await Index.SearchAsync(Sample.Query("common", Sample.Direction(seed + searches), 1000), Cancelled);
            Assert.InRange(hits.Count, 270, 300);
            Assert.Equal(hits.Count, hits.Select(h => h.ChunkId).Distinct().Count());
            searches++;
        }

        return searches;
    }

    /// <summary>Writes in batches of odd sizes, replaces some points and removes others; returns what must be there.</summary>
    private async Task<List<IndexPoint>> FillAsync()
    {
        var first = Sample.Points(Count);
        var second = Sample.Points(Count, seed: 2);
        foreach (var batch in first.Chunk(97))
        {
            await Index.UpsertAsync(batch, Cancelled);
        }

        await Index.UpsertAsync(second.GetRange(100, 150), Cancelled);
        for (var i = 600; i < 750; i += 3)
        {
            await Index.RemoveAsync(first[i].DocumentId, null, Cancelled);
        }

        return [.. first.Select((point, i) => i is >= 100 and < 250 ? second[i] : point)
            .Where((_, i) => i is < 600 or >= 750 || i % 3 != 0)];
    }

    /// <summary>Each hit has the score that belongs to its rank; hits of equal score may stand in any order.</summary>
    private static void AssertRanked(Dictionary<Guid, double> expected, IReadOnlyList<IndexHit> hits, int limit, double tolerance)
    {
        var best = expected.Values.OrderDescending().Take(limit).ToList();
        Assert.Equal(best.Count, hits.Count);
        Assert.Equal(hits.Count, hits.Select(h => h.ChunkId).Distinct().Count());
        for (var rank = 0; rank < hits.Count; rank++)
        {
            Assert.Equal(best[rank], expected[hits[rank].ChunkId], tolerance * Math.Max(1, best[0]));
        }
    }
}
