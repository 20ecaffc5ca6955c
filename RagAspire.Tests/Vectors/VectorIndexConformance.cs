using RagAspire.Vectors;

namespace RagAspire.Tests.Vectors;

/// <summary>What every index must do. Each implementation runs all of it.</summary>
public abstract class VectorIndexConformance : IAsyncLifetime
{
    private IVectorIndex? _index;

    protected IVectorIndex Index => _index ?? throw new InvalidOperationException("The index is not open");

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _index = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>An empty index that answers.</summary>
    protected abstract Task<IVectorIndex> OpenAsync();

    /// <summary>From now on the index cannot be asked.</summary>
    protected abstract Task MakeUnavailableAsync();

    protected virtual Task CloseAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_chunk_that_waits_for_its_vector_stands_where_its_text_puts_it()
    {
        await Index.UpsertAsync(
            [
                Sample.Point(1, "pump pump"), Sample.Point(2, "pump valve", dense: [1, 0, 0]),
                Sample.Point(3, "valve filter", dense: [0.8f, 0.6f, 0]), Sample.Point(4, "others", dense: [0, 1, 0]),
            ],
            Cancelled);

        var hits = await Index.SearchAsync(Sample.Query(Sample.Terms("pump")) with { Dense = [1, 0, 0] }, Cancelled);

        Assert.Equal([Sample.Id(1), Sample.Id(2)], hits.Take(2).Select(hit => hit.ChunkId));
    }

    [Fact]
    public async Task What_was_written_twice_is_there_once()
    {
        var points = Sample.Points(20);
        await Index.UpsertAsync(points, Cancelled);
        await Index.UpsertAsync(points, Cancelled);

        Assert.Equal(20, (await Index.StatusAsync(Cancelled)).Points);
        var hits = await Index.SearchAsync(Sample.Query(points[0].Terms, limit: 100), Cancelled);
        Assert.Equal(hits.Count, hits.Select(h => h.ChunkId).Distinct().Count());
    }

    [Fact]
    public async Task A_point_in_one_batch_twice_is_there_once_as_it_came_last()
    {
        var old = Sample.Point(1, "old words");
        await Index.UpsertAsync([old, Sample.Point(2, "others"), old with { Terms = Sample.Terms("new words") }], Cancelled);

        Assert.Equal(2, (await Index.StatusAsync(Cancelled)).Points);
        Assert.Empty(await Index.SearchAsync(Sample.Query("old"), Cancelled));
        Assert.Equal(old.ChunkId, Assert.Single(await Index.SearchAsync(Sample.Query("new"), Cancelled)).ChunkId);
    }

    [Fact]
    public async Task A_point_with_a_known_chunk_id_takes_the_place_of_the_old_one()
    {
        var old = Sample.Point(1, "alpha", dense: [1, 0, 0]);
        await Index.UpsertAsync([old, Sample.Point(2, "gamma", dense: [0, 0, 1])], Cancelled);
        await Index.UpsertAsync([old with { Terms = Sample.Terms("beta"), Dense = [0, 1, 0] }], Cancelled);

        Assert.Empty(await Index.SearchAsync(Sample.Query("alpha"), Cancelled));
        Assert.Single(await Index.SearchAsync(Sample.Query("beta"), Cancelled));
        var nearest = await Index.SearchAsync(Sample.Query([0, 1, 0], limit: 1), Cancelled);
        Assert.Equal(old.ChunkId, Assert.Single(nearest).ChunkId);
    }

    [Fact]
    public async Task A_point_that_moves_to_another_collection_leaves_the_first()
    {
        var point = Sample.Point(1, "alpha");
        await Index.UpsertAsync([point], Cancelled);
        await Index.UpsertAsync([point with { Collection = "other" }], Cancelled);

        Assert.Empty(await Index.SearchAsync(Sample.Query("alpha"), Cancelled));
        Assert.Single(await Index.SearchAsync(Sample.Query("alpha") with { Collection = "other" }, Cancelled));
        Assert.Equal(1, (await Index.StatusAsync(Cancelled)).Points);
    }

    [Fact]
    public async Task Removing_a_document_takes_all_of_its_points_and_no_other()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        await Index.UpsertAsync(
            [Sample.Point(1, "alpha", first), Sample.Point(2, "alpha", first), Sample.Point(3, "alpha", second)], Cancelled);

        await Index.RemoveAsync(first, null, Cancelled);
        await Index.RemoveAsync(first, null, Cancelled);

        Assert.Equal(Sample.Id(3), Assert.Single(await Index.SearchAsync(Sample.Query("alpha"), Cancelled)).ChunkId);
        Assert.Equal(1, (await Index.StatusAsync(Cancelled)).Points);
    }

    [Fact]
    public async Task Removing_older_versions_keeps_the_ready_one_and_the_one_being_built()
    {
        var document = Guid.NewGuid();
        await Index.UpsertAsync(
            [
                Sample.Point(1, "alpha", document), Sample.Point(2, "alpha", document),
                Sample.Point(3, "alpha", document) with { Version = 2 }, Sample.Point(4, "alpha"),
                Sample.Point(5, "alpha", document) with { Version = 3 },
            ],
            Cancelled);

        await Index.RemoveAsync(document, belowVersion: 2, Cancelled);

        var hits = await Index.SearchAsync(Sample.Query("alpha"), Cancelled);
        Assert.Equal([Sample.Id(3), Sample.Id(4), Sample.Id(5)], hits.Select(h => h.ChunkId).Order());
    }

    [Fact]
    public async Task An_unknown_document_can_be_removed()
        => await Index.RemoveAsync(Guid.NewGuid(), null, Cancelled);

    [Fact]
    public async Task Collections_never_cross()
    {
        await Index.UpsertAsync(
            [
                Sample.Point(1, "alpha", dense: [1, 0, 0]),
                Sample.Point(2, "alpha", dense: [1, 0, 0]) with { Collection = "other" },
            ],
            Cancelled);

        foreach (var query in new[] { Sample.Query("alpha"), Sample.Query([1, 0, 0]), Sample.Query("alpha", [1, 0, 0]) })
        {
            Assert.Equal(Sample.Id(1), Assert.Single(await Index.SearchAsync(query, Cancelled)).ChunkId);
            var there = await Index.SearchAsync(query with { Collection = "other" }, Cancelled);
            Assert.Equal(Sample.Id(2), Assert.Single(there).ChunkId);
            Assert.Empty(await Index.SearchAsync(query with { Collection = "unknown" }, Cancelled));
        }
    }

    [Fact]
    public async Task What_is_common_in_another_collection_is_still_rare_in_this_one()
    {
        var query = Sample.Query("alpha beta");
        await Index.UpsertAsync(
            [Sample.Point(1, "alpha x"), Sample.Point(2, "beta x"), Sample.Point(3, "beta y"), Sample.Point(4, "z")], Cancelled);
        var alone = await Index.SearchAsync(query, Cancelled);

        var others = Enumerable.Range(100, 200).Select(i => Sample.Point(i, "alpha alpha w") with { Collection = "other" });
        await Index.UpsertAsync([.. others], Cancelled);

        var together = await Index.SearchAsync(query, Cancelled);
        Assert.Equal(Sample.Id(1), together[0].ChunkId);
        Assert.Equal(alone.Select(h => h.ChunkId), together.Select(h => h.ChunkId));
        Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5));
    }

    [Fact]
    public async Task All_tags_must_match()
    {
        var tags = new Dictionary<string, string> { ["team"] = "ops", ["kind"] = "runbook" };
        await Index.UpsertAsync(
            [
                Sample.Point(1, "alpha", dense: [1, 0, 0]) with { Tags = tags },
                Sample.Point(2, "alpha", dense: [1, 0, 0]) with { Tags = new Dictionary<string, string> { ["team"] = "ops" } },
                Sample.Point(3, "alpha", dense: [1, 0, 0]),
            ],
            Cancelled);

        foreach (var query in new[] { Sample.Query("alpha"), Sample.Query([1, 0, 0]), Sample.Query("alpha", [1, 0, 0]) })
        {
            Assert.Equal([Sample.Id(1)], await FoundAsync(query with { Tags = tags }));
            Assert.Equal(
                [Sample.Id(1), Sample.Id(2)],
                await FoundAsync(query with { Tags = new Dictionary<string, string> { ["team"] = "ops" } }));
            Assert.Empty(await FoundAsync(query with { Tags = new Dictionary<string, string> { ["team"] = "runbook" } }));
            Assert.Empty(await FoundAsync(query with { Tags = new Dictionary<string, string> { ["Team"] = "ops" } }));
        }
    }

    [Fact]
    public async Task Odd_names_of_collections_and_tags_are_only_names()
    {
        var tags = new Dictionary<string, string> { ["a.b[0]=\"'"] = "x=y&é 漢字", [""] = "" };
        var point = Sample.Point(1, "alpha") with { Collection = "Ünï/… \" ' ; drop", Tags = tags };
        await Index.UpsertAsync([point, Sample.Point(2, "alpha") with { Collection = point.Collection }], Cancelled);

        Assert.Equal([point.ChunkId], await FoundAsync(Sample.Query("alpha") with { Collection = point.Collection, Tags = tags }));
    }

    [Fact]
    public async Task A_query_gets_no_more_hits_than_it_asks_for()
    {
        await Index.UpsertAsync(Sample.Points(50), Cancelled);

        Assert.Equal(7, (await Index.SearchAsync(Sample.Query("common", limit: 7), Cancelled)).Count);
        Assert.Equal(50, (await Index.SearchAsync(Sample.Query("common", limit: 1000), Cancelled)).Count);
        Assert.Equal(7, (await Index.SearchAsync(Sample.Query(Sample.Direction(1), limit: 7), Cancelled)).Count);
        Assert.Equal(7, (await Index.SearchAsync(Sample.Query("common", Sample.Direction(1), limit: 7), Cancelled)).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_limit_that_makes_no_sense_is_refused(int limit)
        => await Assert.ThrowsAnyAsync<ArgumentException>(() => Index.SearchAsync(Sample.Query("alpha", limit: limit), Cancelled));

    [Fact]
    public async Task A_query_without_terms_and_vector_is_refused_and_one_with_no_term_finds_nothing()
    {
        await Index.UpsertAsync(Sample.Points(3), Cancelled);

        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Index.SearchAsync(Sample.Query("x") with { Terms = null }, Cancelled));
        Assert.Empty(await Index.SearchAsync(Sample.Query(TermVector.Empty), Cancelled));
        Assert.Empty(await Index.SearchAsync(Sample.Query("nobodywrotethis"), Cancelled));
    }

    [Fact]
    public async Task An_empty_index_finds_nothing_and_says_so()
    {
        await Index.UpsertAsync([], Cancelled);

        Assert.Empty(await Index.SearchAsync(Sample.Query("alpha"), Cancelled));
        Assert.Empty(await Index.SearchAsync(Sample.Query([1, 0, 0]), Cancelled));
        var status = await Index.StatusAsync(Cancelled);
        Assert.Equal(0, status.Points);
        Assert.Null(status.Dimensions);
    }

    [Fact]
    public async Task Points_without_a_vector_are_found_by_text_only()
    {
        await Index.UpsertAsync([Sample.Point(1, "alpha"), Sample.Point(2, "alpha", dense: [0, 1, 0])], Cancelled);

        Assert.Equal([Sample.Id(2)], await FoundAsync(Sample.Query([0, 1, 0])));
        Assert.Equal([Sample.Id(1), Sample.Id(2)], await FoundAsync(Sample.Query("alpha")));
        Assert.Equal([Sample.Id(1), Sample.Id(2)], await FoundAsync(Sample.Query("alpha", [0, 1, 0])));
        Assert.Equal(3, (await Index.StatusAsync(Cancelled)).Dimensions);
    }

    [Fact]
    public async Task Vectors_of_another_dimension_are_refused_and_nothing_of_their_batch_is_written()
    {
        await Index.UpsertAsync([Sample.Point(1, "alpha", dense: [1, 0, 0])], Cancelled);

        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Index.UpsertAsync([Sample.Point(2, "beta"), Sample.Point(3, "beta", dense: [1, 0])], Cancelled));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Index.SearchAsync(Sample.Query([1, 0]), Cancelled));
        Assert.Equal(1, (await Index.StatusAsync(Cancelled)).Points);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0f)]
    public async Task A_vector_without_a_direction_is_refused(float value)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Index.UpsertAsync([Sample.Point(1, "alpha", dense: [value, 0, 0])], Cancelled));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Index.SearchAsync(Sample.Query([value, 0, 0]), Cancelled));
    }

    [Fact]
    public async Task An_index_that_cannot_be_asked_throws_and_never_finds_nothing()
    {
        await Index.UpsertAsync(Sample.Points(3), Cancelled);
        await MakeUnavailableAsync();

        var thrown = await Assert.ThrowsAsync<VectorIndexUnavailableException>(
            () => Index.SearchAsync(Sample.Query("common"), Cancelled));
        Assert.NotEmpty(thrown.Message);
    }

    [Fact]
    public async Task A_cancelled_call_ends()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Index.SearchAsync(Sample.Query("alpha"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Index.UpsertAsync(Sample.Points(3), cancelled));
    }

    protected async Task<IEnumerable<Guid>> FoundAsync(IndexQuery query)
        => (await Index.SearchAsync(query, Cancelled)).Select(h => h.ChunkId).Order();
}
