using System.Text.Json;
using RagAspire.Metadata;
using RagAspire.Vectors;

namespace RagAspire.Tests.Metadata;

/// <summary>What a filter means, and what is none.</summary>
public sealed class MetadataFilterTests
{
    private const string Document = """
        {"year": 2025, "pages": [12, 40], "author": ["Ann", "Bob"], "approved": true, "due": "2026-03-01", "sent": "2026-03-01T00:30:00+01:00",
         "version": "10"}
        """;

    [Theory]
    [InlineData("""{"field":"metadata.year","eq":2025}""", true)]
    [InlineData("""{"field":"metadata.year","eq":2025.0}""", true)]
    [InlineData("""{"field":"metadata.year","eq":"2025"}""", false)]
    [InlineData("""{"field":"metadata.year","in":[2024,2025]}""", true)]
    [InlineData("""{"field":"metadata.year","gte":2025,"lt":2026}""", true)]
    [InlineData("""{"field":"metadata.year","gt":2025}""", false)]
    [InlineData("""{"field":"metadata.version","gt":9}""", false)]
    [InlineData("""{"field":"metadata.author","eq":"Bob"}""", true)]
    [InlineData("""{"field":"metadata.author","eq":"bob"}""", false)]
    [InlineData("""{"not":{"field":"metadata.author","eq":"Bob"}}""", false)]
    [InlineData("""{"not":{"field":"metadata.editor","eq":"Bob"}}""", true)]
    [InlineData("""{"field":"metadata.pages","gt":20,"lt":50}""", true)]
    [InlineData("""{"field":"metadata.pages","gt":12,"lt":40}""", false)]
    [InlineData("""{"field":"metadata.approved","eq":true}""", true)]
    [InlineData("""{"field":"metadata.approved","eq":"true"}""", false)]
    [InlineData("""{"field":"metadata.due","lt":"2026-03-02"}""", true)]
    [InlineData("""{"field":"metadata.due","gt":"2026-02-28T23:59:59.999999Z"}""", true)]
    [InlineData("""{"field":"metadata.due","gt":"2026-03-01T00:00:00Z"}""", false)]
    [InlineData("""{"field":"metadata.sent","lt":"2026-03-01"}""", true)]
    [InlineData("""{"field":"metadata.due","eq":"2026-03-01T00:00:00Z"}""", false)]
    [InlineData("""{"field":"metadata.due","exists":true}""", true)]
    [InlineData("""{"field":"metadata.editor","exists":true}""", false)]
    [InlineData("""{"field":"metadata.editor","exists":false}""", true)]
    [InlineData("""{"field":"name","eq":"plan.pdf"}""", true)]
    [InlineData("""{"field":"contentType","in":["application/pdf","text/plain"]}""", true)]
    [InlineData("""{"field":"size","gte":1000,"lte":1000}""", true)]
    [InlineData("""{"field":"size","eq":999}""", false)]
    [InlineData("""{"field":"createdAt","gte":"2026-01-01","lt":"2026-02-01"}""", true)]
    [InlineData("""{"field":"createdAt","eq":"2026-01-15T08:00:00Z"}""", true)]
    [InlineData("""{"field":"tags.area","eq":"pumps"}""", true)]
    [InlineData("""{"field":"tags.area","exists":false}""", false)]
    [InlineData("""{"and":[{"field":"metadata.year","eq":2025},{"field":"size","gt":5000}]}""", false)]
    [InlineData("""{"or":[{"field":"metadata.year","eq":2025},{"field":"size","gt":5000}]}""", true)]
    public void A_document_passes(string filter, bool passes)
    {
        var createdAt = new DateTimeOffset(2026, 1, 15, 8, 0, 0, TimeSpan.Zero);
        var document = new SampleDocument(
            new DocumentFields("plan.pdf", "application/pdf", 1000, createdAt, Document), new Dictionary<string, string> { ["area"] = "pumps" });

        Assert.Equal(passes, MetadataFilter.Parse(filter)!.Root.Holds(document));
    }

    [Theory]
    [InlineData("""{}""", "one of 'and', 'or', 'not' and 'field'")]
    [InlineData("""[]""", "no JSON object")]
    [InlineData("""{"field":"metadata.year","equals":1}""", "no JSON object")]
    [InlineData("""{"field":"metadata.year"}""", "one of 'eq'")]
    [InlineData("""{"field":"metadata.year","eq":null}""", "one of 'eq'")]
    [InlineData("""{"field":"metadata.year","eq":1,"gt":0}""", "one of 'eq'")]
    [InlineData("""{"field":"metadata.year","eq":{"a":1}}""", "strings, numbers")]
    [InlineData("""{"field":"metadata.year","in":[]}""", "at most 100")]
    [InlineData("""{"field":"metadata.year","in":[null]}""", "strings, numbers")]
    [InlineData("""{"field":"metadata.year","eq":"\ud800"}""", "strings, numbers")]
    [InlineData("""{"field":"metadata.year","gt":"soon"}""", "numbers, or of dates")]
    [InlineData("""{"field":"metadata.year","gt":1,"lt":"2026-01-01"}""", "numbers, or of dates")]
    [InlineData("""{"field":"metadata.a.b","eq":1}""", "no field 'metadata.a.b'")]
    [InlineData("""{"field":"metadata.","eq":1}""", "no field")]
    [InlineData("""{"field":"year","eq":1}""", "no field 'year'")]
    [InlineData("""{"field":"name.","eq":"a"}""", "no field")]
    [InlineData("""{"field":"name","gt":"a"}""", "no order")]
    [InlineData("""{"field":"tags.a","gt":1}""", "no order")]
    [InlineData("""{"field":"tags.a","eq":1}""", "compared with strings")]
    [InlineData("""{"field":"size","eq":"1"}""", "numbers of bytes")]
    [InlineData("""{"field":"size","gt":"2026-01-01"}""", "numbers of bytes")]
    [InlineData("""{"field":"createdAt","gt":5}""", "dates such as")]
    [InlineData("""{"field":"createdAt","eq":"today"}""", "dates such as")]
    [InlineData("""{"and":[]}""", "at least one part")]
    [InlineData("""{"and":[null]}""", "no part of it is null")]
    [InlineData("""{"and":[{"field":"size","eq":1}],"or":[{"field":"size","eq":1}]}""", "one of 'and'")]
    [InlineData("""{"and":[{"field":"size","eq":1}],"eq":1}""", "one of 'and'")]
    public void What_is_no_filter_is_refused_with_the_reason(string filter, string reason)
    {
        var fault = Assert.Throws<FormatException>(() => MetadataFilter.Parse(filter));

        Assert.Contains(reason, fault.Message);
    }

    [Fact]
    public void A_filter_is_bounded()
    {
        var leaf = new FilterNode(Field: "size", Eq: SampleFilters.Json(1));
        var wide = new FilterNode(And: [.. Enumerable.Repeat(leaf, MetadataFilter.MostNodes - 1)]);
        Assert.NotNull(MetadataFilter.Of(wide));
        Assert.Throws<FormatException>(() => MetadataFilter.Of(wide with { And = [.. wide.And!, leaf] }));
        var deep = Enumerable.Range(1, MetadataFilter.MaxDepth - 1).Aggregate(leaf, (inner, _) => new FilterNode(Not: inner));
        Assert.NotNull(MetadataFilter.Of(deep));
        Assert.Throws<FormatException>(() => MetadataFilter.Of(new FilterNode(Not: deep)));
        Assert.Throws<FormatException>(() => MetadataFilter.Of(
            leaf with
            {
                Eq = null,
                In = [.. Enumerable.Range(0, MetadataFilter.MostValues + 1).Select(number => SampleFilters.Json(number))],
            }));
    }

    [Theory]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{", "must be a JSON object")]
    [InlineData("""{"a b":1}""", "'a b'")]
    [InlineData("""{"\ud800":1}""", "must be a JSON object")]
    [InlineData("""{"a":null}""", "'a' must be a string")]
    [InlineData("""{"a":[]}""", "'a' must be a string")]
    [InlineData("""{"a":{"b":1}}""", "'a' must be a string")]
    [InlineData("""{"a":[["b"]]}""", "'a' must be a string")]
    [InlineData("""{"a":1e999}""", "'a' must be a string")]
    [InlineData("""{"a":"b\u0000"}""", "'a' must be a string")]
    public void What_is_no_metadata_is_refused_with_the_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => DocumentMetadata.Parse(json)).Message);

    [Fact]
    public void Metadata_are_bounded_and_have_one_form()
    {
        Assert.Equal("""{"a":[1,"x"],"b":0}""", DocumentMetadata.Parse("""{"b":-0.0, "a":[1.00,"x"]}""").Json);
        string Of(int keys) => JsonSerializer.Serialize(Enumerable.Range(0, keys).ToDictionary(key => $"k{key}", key => key));
        Assert.Equal(DocumentMetadata.MostKeys, DocumentMetadata.Parse(Of(DocumentMetadata.MostKeys)).Values.Count);
        Assert.Throws<FormatException>(() => DocumentMetadata.Parse(Of(DocumentMetadata.MostKeys + 1)));
        string Text(int length) => $$"""{"a":"{{new string('x', length)}}"}""";
        Assert.Single(DocumentMetadata.Parse(Text(DocumentMetadata.MaxText)).Values);
        Assert.Throws<FormatException>(() => DocumentMetadata.Parse(Text(DocumentMetadata.MaxText + 1)));
    }
}
