namespace RagAspire.Tests.Vectors;

/// <summary>Who finds what in every index.</summary>
public abstract class GroupConformance : ScanConformance
{
    [Fact]
    public async Task Documents_with_groups_are_found_by_these_groups_alone()
    {
        await Index.UpsertAsync(
            [
                Sample.Point(1, "alpha", dense: [1, 0, 0]) with { Groups = ["a"] },
                Sample.Point(2, "alpha", dense: [1, 0, 0]) with { Groups = ["a", "b"] },
                Sample.Point(3, "alpha", dense: [1, 0, 0]),
            ],
            Cancelled);

        foreach (var query in new[] { Sample.Query("alpha"), Sample.Query([1, 0, 0]), Sample.Query("alpha", [1, 0, 0]) })
        {
            Assert.Equal([Sample.Id(1), Sample.Id(2), Sample.Id(3)], await FoundAsync(query));
            Assert.Equal([Sample.Id(2), Sample.Id(3)], await FoundAsync(query with { Groups = ["b", "c"] }));
            Assert.Equal([Sample.Id(3)], await FoundAsync(query with { Groups = ["A"] }));
            Assert.Equal([Sample.Id(3)], await FoundAsync(query with { Groups = [] }));
        }

        await Index.UpsertAsync([Sample.Point(1, "alpha", dense: [1, 0, 0]) with { Groups = ["b"] }], Cancelled);
        Assert.Equal([Sample.Id(1), Sample.Id(2), Sample.Id(3)], await FoundAsync(Sample.Query("alpha") with { Groups = ["b"] }));
    }
}
