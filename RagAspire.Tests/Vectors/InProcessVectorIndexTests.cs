using Microsoft.Extensions.Options;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors;

public sealed class InProcessVectorIndexTests : RankingConformance
{
    private InProcessVectorIndex? _inProcess;

    protected override Bm25Options Bm25 { get; } = new();

    protected override Task<IVectorIndex> OpenAsync()
    {
        _inProcess = New(Bm25);
        _inProcess.Open();
        return Task.FromResult<IVectorIndex>(_inProcess);
    }

    protected override Task MakeUnavailableAsync()
    {
        _inProcess!.Close("The feed is lost");
        return Task.CompletedTask;
    }

    protected override Task CloseAsync()
    {
        _inProcess?.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_new_index_refuses_searches_until_it_was_filled()
    {
        using var index = New(Bm25);
        await index.UpsertAsync(Sample.Points(3), Cancelled);
        await Assert.ThrowsAsync<VectorIndexUnavailableException>(() => index.SearchAsync(Sample.Query("common"), Cancelled));

        index.Open();
        Assert.Equal(3, (await index.SearchAsync(Sample.Query("common"), Cancelled)).Count);
    }

    [Fact]
    public async Task Memory_is_reported_and_removed_points_give_theirs_back()
    {
        var points = Sample.Points(4000, dimensions: 256);
        await Index.UpsertAsync(points, Cancelled);
        var full = (await Index.StatusAsync(Cancelled)).Bytes;
        Assert.InRange(full!.Value, 4000 * 256 * 4, 4000 * 256 * 4 * 2);

        foreach (var point in points.Take(3500))
        {
            await Index.RemoveAsync(point.DocumentId, null, Cancelled);
        }

        Assert.InRange((await Index.StatusAsync(Cancelled)).Bytes!.Value, 1, full.Value / 4);
    }

    [Fact]
    public async Task Compaction_changes_the_size_and_no_answer()
    {
        var points = Sample.Points(1000);
        await Index.UpsertAsync(points, Cancelled);
        foreach (var point in points.Take(150))
        {
            await Index.RemoveAsync(point.DocumentId, null, Cancelled);
        }

        var query = Sample.Query("common w1 w2 w30", Sample.Direction(5), 50);
        var before = (await Index.StatusAsync(Cancelled), await Index.SearchAsync(query, Cancelled));
        await _inProcess!.CompactAsync(Cancelled);
        var after = (await Index.StatusAsync(Cancelled), await Index.SearchAsync(query, Cancelled));

        Assert.True(after.Item1.Bytes < before.Item1.Bytes);
        Assert.Equal(before.Item2, after.Item2);
        await Index.RemoveAsync(points[500].DocumentId, null, Cancelled);
        Assert.Equal(849, (await Index.StatusAsync(Cancelled)).Points);
    }

    [Fact]
    public async Task An_index_without_vectors_takes_vectors_of_a_new_dimension()
    {
        await Index.UpsertAsync([Sample.Point(1, "alpha", dense: [1, 0, 0])], Cancelled);
        await Index.RemoveAsync(Sample.Id(1), null, Cancelled);
        await Index.UpsertAsync([Sample.Point(2, "alpha", dense: [1, 0])], Cancelled);

        Assert.Equal(2, (await Index.StatusAsync(Cancelled)).Dimensions);
    }

    [Fact]
    public async Task A_hundred_small_writes_and_one_large_write_give_the_same_answers()
    {
        using var other = New(Bm25);
        other.Open();
        var points = Sample.Points(2000);
        await other.UpsertAsync(points, Cancelled);
        foreach (var batch in points.Chunk(20))
        {
            await Index.UpsertAsync(batch, Cancelled);
        }

        var query = Sample.Query("common w3 w4 w50", Sample.Direction(5), 200);
        Assert.Equal(await other.SearchAsync(query, Cancelled), await Index.SearchAsync(query, Cancelled));
    }

    private static InProcessVectorIndex New(Bm25Options bm25) => new(Options.Create(bm25), Options.Create(new HybridOptions()));
}
