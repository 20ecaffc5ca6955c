using RagAspire.Vectors;

namespace RagAspire.Tests.Vectors;

public sealed class HybridFusionTests
{
    private static readonly HybridOptions Options = new() { VectorWeight = 0.25, Candidates = 10 };

    [Fact]
    public void Each_ranking_counts_from_its_best_down_to_what_it_would_not_have_named()
    {
        // Only three chunks have a term, so the next would have scored 0; the vectors' last is their floor.
        var hits = Fuse(Hits((1, 8), (2, 4), (3, 2)), Hits((2, 0.9), (3, 0.7), (4, 0.5)), Options, 10);

        Assert.Equal([Sample.Id(1), Sample.Id(2), Sample.Id(3), Sample.Id(4)], hits.Select(h => h.ChunkId));

        // Shares by text 1, 1/2, 1/4, 0 and by vector 0, 1, 1/2, 0, whose deviations are √35/16 and √11/8.
        var (text, vector) = (0.75 / (Math.Sqrt(35) / 16), 0.25 / (Math.Sqrt(11) / 8));
        Assert.Equal(
            new[] { text, (text / 2) + vector, (text / 4) + (vector / 2), 0 }.Select(score => score / (text + vector)),
            hits.Select(h => h.Score),
            (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void A_full_ranking_by_text_counts_down_to_its_last()
    {
        var text = Enumerable.Range(1, 10).Select(i => (i, 30.0 - i)).ToArray();

        var hits = Fuse(Hits(text), [], Options, 10);

        Assert.Equal(0.75, hits[0].Score, 1e-9);
        Assert.Equal(0, hits[^1].Score, 1e-9);
    }

    [Fact]
    public void One_empty_ranking_leaves_the_order_of_the_other()
    {
        var only = Hits((3, 5), (1, 4), (2, 1));

        Assert.Equal(only.Select(h => h.ChunkId), Fuse(only, [], Options, 10).Select(h => h.ChunkId));
        Assert.Equal(only.Select(h => h.ChunkId), Fuse([], only, Options, 10).Select(h => h.ChunkId));
        Assert.Empty(Fuse([], [], Options, 10));
    }

    [Fact]
    public void Equal_scores_are_all_best_and_stand_in_the_order_of_their_ids()
    {
        var hits = Fuse([], Hits((2, 0.5), (1, 0.5)), Options, 10);

        Assert.Equal([Sample.Id(1), Sample.Id(2)], hits.Select(h => h.ChunkId));
        Assert.All(hits, hit => Assert.Equal(0.25, hit.Score, 1e-9));
    }

    [Fact]
    public void The_weight_decides_who_is_heard()
    {
        var (text, dense) = (Hits((1, 9), (2, 1)), Hits((2, 0.9), (1, 0.1)));

        Assert.Equal(Sample.Id(1), Fuse(text, dense, new HybridOptions { VectorWeight = 0 }, 1)[0].ChunkId);
        Assert.Equal(Sample.Id(2), Fuse(text, dense, new HybridOptions { VectorWeight = 1 }, 1)[0].ChunkId);
    }

    /// <summary>By text each is a little better than the next; one is far nearer than all others by vector.</summary>
    [Fact]
    public void A_ranking_whose_best_stands_out_has_more_say_than_its_weight()
    {
        var options = new HybridOptions { VectorWeight = 0.25, Candidates = 100 };
        var text = Enumerable.Range(1, 100).Select(i => (i, 200.0 - i)).ToArray();
        var dense = Enumerable.Range(1, 100).Select(i => (i, i == 50 ? 0.9 : 0.1)).OrderByDescending(hit => hit.Item2).ToArray();

        Assert.Equal(Sample.Id(50), Fuse(Hits(text), Hits(dense), options, 10)[0].ChunkId);
    }

    /// <summary>Chunk 2 is as good by text as chunk 1 and waits for its vector; chunk 3 is worse and has one.</summary>
    [Fact]
    public void A_chunk_that_waits_for_its_vector_is_neither_ahead_nor_behind()
    {
        var (text, dense) = (Hits((1, 8), (2, 8), (3, 4)), Hits((1, 0.9), (4, 0.8), (3, 0.7), (5, 0.5)));

        var scores = HybridFusion.Fuse(text, dense, new HashSet<Guid> { Sample.Id(2) }, Options, 10)
            .ToDictionary(hit => hit.ChunkId, hit => hit.Score);

        Assert.Equal(1, scores[Sample.Id(1)], 1e-9);
        Assert.Equal(1, scores[Sample.Id(2)], 1e-9);
        Assert.Equal(0.5, scores[Sample.Id(3)], 1e-9);
    }

    private static List<IndexHit> Fuse(
        IReadOnlyList<IndexHit> text, IReadOnlyList<IndexHit> dense, HybridOptions options, int limit)
        => HybridFusion.Fuse(text, dense, new HashSet<Guid>(), options, limit);

    private static List<IndexHit> Hits(params (int Number, double Score)[] hits)
        => [.. hits.Select(hit => new IndexHit(Sample.Id(hit.Number), hit.Score))];
}
