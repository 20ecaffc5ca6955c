using RagAspire.Vectors;

namespace RagAspire.Tests.Vectors;

/// <summary>What maintenance asks of every index: to tell what it holds, and to lose what it should not.</summary>
public abstract class ScanConformance : VectorIndexConformance
{
    [Fact]
    public async Task A_scan_tells_of_every_point_once()
    {
        var points = Sample.Points(700);
        await Index.UpsertAsync([.. points, Sample.Point(701, "common words only")], Cancelled);
        await Index.RemoveAsync(points[0].DocumentId, null, Cancelled);

        var scanned = await ScanAsync();
        Assert.Equal(Enumerable.Range(2, 700).Select(Sample.Id).Order(), scanned.Select(chunk => chunk.ChunkId).Order());
        Assert.Equal(new IndexedChunk(Sample.Id(2), points[1].DocumentId, 1, HasDense: true),
            scanned.Single(chunk => chunk.ChunkId == Sample.Id(2)));
        Assert.False(scanned.Single(chunk => chunk.ChunkId == Sample.Id(701)).HasDense);
    }

    [Fact]
    public async Task Points_are_removed_by_their_ids()
    {
        var points = Sample.Points(20);
        await Index.UpsertAsync(points, Cancelled);
        await Index.RemoveChunksAsync([.. points.Take(5).Select(point => point.ChunkId), Guid.NewGuid()], Cancelled);
        await Index.RemoveChunksAsync([], Cancelled);

        Assert.Equal(points.Skip(5).Select(point => point.ChunkId).Order(),
            (await ScanAsync()).Select(chunk => chunk.ChunkId).Order());
        Assert.Equal(15, (await Index.StatusAsync(Cancelled)).Points);
    }

    private async Task<List<IndexedChunk>> ScanAsync()
    {
        var scanned = new List<IndexedChunk>();
        await foreach (var page in Index.ScanAsync(Cancelled))
        {
            scanned.AddRange(page);
        }

        return scanned;
    }
}
