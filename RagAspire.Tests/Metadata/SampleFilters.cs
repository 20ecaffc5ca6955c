using System.Text.Json;
using RagAspire.Metadata;
using RagAspire.Vectors;

namespace RagAspire.Tests.Metadata;

/// <summary>A document as filters see it.</summary>
internal sealed record SampleDocument(DocumentFields Fields, IReadOnlyDictionary<string, string> Tags) : IFilterable
{
    public IEnumerable<MetadataValue> ValuesOf(FilterField field) => field.Kind switch
    {
        FilterFieldKind.Name => [MetadataValue.Of(Fields.Name)],
        FilterFieldKind.ContentType => [MetadataValue.Of(Fields.ContentType)],
        FilterFieldKind.Size => [MetadataValue.Of(Fields.SizeBytes)],
        FilterFieldKind.CreatedAt => [MetadataValue.Of(Fields.CreatedAt)],
        FilterFieldKind.Tag => Tags.TryGetValue(field.Key, out var tag) ? [MetadataValue.Of(tag)] : [],
        _ => DocumentMetadata.Parse(Fields.Metadata).Values.GetValueOrDefault(field.Key, []),
    };
}

/// <summary>Documents and filters by chance, from few values, so that they meet.</summary>
internal sealed class SampleFilters(int seed)
{
    private static readonly string[] Names = ["a.txt", "b.txt", "Straße.pdf"];
    private static readonly string[] Types = ["text/plain", "application/pdf"];
    private static readonly string[] Keys = ["year", "author", "due-date", "ok", "7"];
    private static readonly string[] TagKeys = ["area", "a.b"];
    private static readonly string[] TagValues = ["x", "y=1", ""];

    private static readonly object[] Values =
    [
        1, 2.5, -3, 0, 1e300, "1", "2.5", "Ann", "ann", "", "true", true, false, "O'Neil \"x\" $.*",
        "2026-01-31", "2026-01-31T00:00:00Z", "2026-01-31T01:30+01:30", "2026-02-28T23:59:59.999999Z", "2024-02-29", "2026-02-30",
        "2026-1-31", "2026-01-31T25:00:00Z",
    ];

    private static readonly string[] Dates =
        ["2026-01-31", "2026-01-30T22:30:00-01:30", "2024-02-29", "2025-06-01T12:00:00Z", "2026-02-28T23:59:59.999999Z"];

    private readonly Random _random = new(seed);

    /// <summary>
    /// Filters, the collection that they are asked of, and words: few documents of a large collection pass, or a page of its
    /// documents is full soon, or the collection is small.
    /// </summary>
    public static (string Collection, string Words, string Filter)[] Selective { get; } =
    [
        ("large", "common", """{"field":"name","eq":"report 777.txt"}"""),
        ("large", "common", """{"field":"name","in":["report 777.txt","report 778.txt"]}"""),
        ("large", "common", """{"field":"contentType","eq":"text/rare"}"""),
        ("large", "common", """{"field":"size","gte":199900}"""),
        ("large", "common", """{"field":"size","gt":7000,"lte":7100}"""),
        ("large", "common", """{"field":"size","in":[7770,2.5]}"""),
        ("large", "common", """{"field":"createdAt","gte":"2022-04-12"}"""),
        ("large", "common", """{"field":"createdAt","eq":"2020-02-02T09:00:00Z"}"""),
        ("large", "common", """{"field":"metadata.order","eq":4711}"""),
        ("large", "common", """{"field":"metadata.author","in":["Ann 17","Ann 18"]}"""),
        ("large", "common", """{"field":"tags.area","eq":"a17"}"""),
        ("large", "common", """{"not":{"field":"size","lt":199900}}"""),
        ("large", "common", """{"and":[{"field":"name","eq":"report 777.txt"},{"not":{"field":"size","lt":5}}]}"""),
        ("large", "common", """{"or":[{"field":"name","eq":"report 777.txt"},{"field":"metadata.order","eq":4711}]}"""),
        ("large", "common", """{"or":[{"field":"size","gte":199900},{"field":"tags.area","eq":"a17"}]}"""),
        ("large", "common", """{"and":[{"field":"tags.area","eq":"a17"},{"field":"metadata.order","gte":10000}]}"""),
        ("large", "common", """{"and":[{"field":"metadata.author","eq":"Ann 17"},{"field":"metadata.due","lt":"2030-01-01"}]}"""),
        ("large", "number777", """{"field":"metadata.order","gte":300}"""),
        ("large", "number777", """{"field":"metadata.due","gte":"2020-01-02"}"""),
        ("large", "number777", """{"not":{"field":"name","eq":"report 778.txt"}}"""),
        ("large", "number777", """{"not":{"field":"metadata.author","eq":"Ann 17"}}"""),
        ("small", "common", """{"field":"metadata.order","gt":195}"""),
        ("small", "common", """{"field":"metadata.due","lt":"2020-01-10"}"""),
        ("small", "common", """{"not":{"field":"metadata.author","eq":"Ann 17"}}"""),
    ];

    public static JsonElement Json(object value) => JsonSerializer.SerializeToElement(value);

    public SampleDocument Document()
    {
        var metadata = new Dictionary<string, JsonElement>();
        foreach (var key in Keys.Where(_ => _random.Next(2) == 0))
        {
            metadata[key] = _random.Next(3) == 0
                ? Json(Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(Values)).ToArray()) : Json(Pick(Values));
        }

        var tags = TagKeys.Where(_ => _random.Next(2) == 0).ToDictionary(key => key, _ => Pick(TagValues));
        var createdAt = DateTimeOffset.Parse(Pick(Dates), System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal).ToUniversalTime();
        return new SampleDocument(
            new DocumentFields(Pick(Names), Pick(Types), _random.Next(4), createdAt, DocumentMetadata.Of(metadata).Json), tags);
    }

    public MetadataFilter Filter() => MetadataFilter.Of(Node(3))!;

    private FilterNode Node(int depth) => (depth == 0 ? 9 : _random.Next(10)) switch
    {
        0 or 1 => new FilterNode(And: [Node(depth - 1), Node(depth - 1)]),
        2 or 3 => new FilterNode(Or: [Node(depth - 1), Node(depth - 1), Node(depth - 1)]),
        4 => new FilterNode(Not: Node(depth - 1)),
        _ => Condition(),
    };

    private FilterNode Condition() => _random.Next(9) switch
    {
        0 => new FilterNode(Field: "name", In: [Json(Pick(Names)), Json("c.txt")]),
        1 => new FilterNode(Field: "contentType", Eq: Json(Pick(Types))),
        2 => _random.Next(2) == 0
            ? new FilterNode(Field: "size", Gte: Json(_random.Next(4)), Lt: Json(3)) : new FilterNode(Field: "size", In: [Json(1), Json(2.5)]),
        3 => _random.Next(2) == 0
            ? new FilterNode(Field: "createdAt", Gt: Json(Pick(Dates))) : new FilterNode(Field: "createdAt", Eq: Json(Pick(Dates))),
        4 => _random.Next(2) == 0
            ? new FilterNode(Field: $"tags.{Pick(TagKeys)}", Eq: Json(Pick(TagValues)))
            : new FilterNode(Field: $"tags.{Pick(TagKeys)}", Exists: _random.Next(2) == 0),
        5 => new FilterNode(Field: Member(), Exists: _random.Next(2) == 0),
        6 => new FilterNode(Field: Member(), Gt: Json(_random.Next(-4, 3)), Lte: _random.Next(2) == 0 ? Json(2.5) : null),
        7 => new FilterNode(Field: Member(), Gte: Json(Pick(Dates)), Lt: _random.Next(2) == 0 ? Json(Pick(Dates)) : null),
        _ => _random.Next(2) == 0
            ? new FilterNode(Field: Member(), Eq: Json(Pick(Values)))
            : new FilterNode(Field: Member(), In: [Json(Pick(Values)), Json(Pick(Values))]),
    };

    private string Member() => $"metadata.{Pick(Keys)}";

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];
}
