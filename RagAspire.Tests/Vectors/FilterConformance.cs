using RagAspire.Tests.Metadata;

namespace RagAspire.Tests.Vectors;

/// <summary>Every index follows a filter as this process does.</summary>
public abstract class FilterConformance : GroupConformance
{
    private const int Documents = 80;

    [Fact]
    public async Task Random_filters_find_the_documents_that_pass()
    {
        var samples = new SampleFilters(seed: 3);
        var documents = Enumerable.Range(1, Documents).ToDictionary(Sample.Id, _ => samples.Document());
        await Index.UpsertAsync(
            [
                .. documents.Select((document, at) => Sample.Point(at + 1, "alpha", dense: Sample.Direction(at, 3)) with
                {
                    Fields = document.Value.Fields,
                    Tags = document.Value.Tags,
                }),
            ],
            Cancelled);

        for (var round = 0; round < 300; round++)
        {
            var filter = samples.Filter();
            var query = round % 2 == 0 ? Sample.Query("alpha", Documents) : Sample.Query([1, 0, 0], Documents);
            var passing = documents.Where(document => filter.Root.Holds(document.Value));
            var expected = passing.Select(document => document.Key).ToHashSet();
            var found = await FoundAsync(query with { Filter = filter });
            Assert.True(expected.SetEquals(found), filter.Text);
        }
    }

    [Fact]
    public async Task A_point_that_is_written_again_is_found_by_its_new_fields()
    {
        var samples = new SampleFilters(seed: 4);
        var (before, after) = (samples.Document().Fields with { Name = "before" }, samples.Document().Fields with { Name = "after" });
        var query = Sample.Query("alpha") with
        {
            Filter = RagAspire.Metadata.MetadataFilter.Parse("""{"field":"name","eq":"after"}"""),
        };
        await Index.UpsertAsync([Sample.Point(1, "alpha") with { Fields = before }], Cancelled);
        Assert.Empty(await FoundAsync(query));

        await Index.UpsertAsync([Sample.Point(1, "alpha") with { Fields = after }], Cancelled);

        Assert.Equal([Sample.Id(1)], await FoundAsync(query));
    }
}
