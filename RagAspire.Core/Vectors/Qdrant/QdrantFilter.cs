using Qdrant.Client.Grpc;
using RagAspire.Metadata;
using Range = Qdrant.Client.Grpc.Range;

namespace RagAspire.Vectors.Qdrant;

/// <summary>A filter of a search as conditions on the payload.</summary>
internal static class QdrantFilter
{
    public static Condition Of(FilterExpression filter) => filter switch
    {
        AllOf all => Joined(new Filter { Must = { all.Parts.Select(Of) } }),
        AnyOf any => Joined(new Filter { Should = { any.Parts.Select(Of) } }),
        NotOf not => Joined(new Filter { MustNot = { Of(not.Part) } }),
        IsOneOf one => Joined(new Filter { Should = { one.Values.Select(value => Equal(one.Field, value)) } }),
        HasNumber number => Conditions.Range(Path(number.Field), RangeOf(number.Bounds)),
        HasInstant { Field: var field, Bounds: var (gt, gte, lt, lte) } => Conditions.DatetimeRange(
            field.Kind == FilterFieldKind.Metadata ? Member(QdrantPayload.Dates, field.Key) : Path(field),
            lt: lt?.UtcDateTime, gt: gt?.UtcDateTime, gte: gte?.UtcDateTime, lte: lte?.UtcDateTime),
        IsPresent { Field: { Kind: FilterFieldKind.Tag } tag } => Conditions.MatchKeyword(QdrantPayload.TagKeys, tag.Key),
        IsPresent present => Joined(new Filter { MustNot = { Conditions.IsEmpty(Path(present.Field)) } }),
        _ => throw new NotSupportedException(filter.GetType().Name),
    };

    private static Condition Equal(FilterField field, MetadataValue value) => value switch
    {
        { Text: { } tag } when field.Kind == FilterFieldKind.Tag =>
            Conditions.MatchKeyword(QdrantPayload.Tags, QdrantPayload.Tag(new(field.Key, tag))),
        { Text: { } text } => Conditions.MatchKeyword(Path(field), text),
        { Flag: { } flag } => Conditions.Match(Path(field), flag),
        _ => Conditions.Range(Path(field), new Range { Gte = value.Number!.Value, Lte = value.Number.Value }),
    };

    private static string Path(FilterField field) => field.Kind switch
    {
        FilterFieldKind.Name => QdrantPayload.Name,
        FilterFieldKind.ContentType => QdrantPayload.ContentType,
        FilterFieldKind.Size => QdrantPayload.Size,
        FilterFieldKind.CreatedAt => QdrantPayload.CreatedAt,
        FilterFieldKind.Metadata => Member(QdrantPayload.Metadata, field.Key),
        _ => throw new NotSupportedException(field.Kind.ToString()),
    };

    // In quotes every key is one, also one that begins with a digit.
    private static string Member(string group, string key) => $"{group}.\"{key}\"";

    private static Range RangeOf(Bounds<double> bounds)
    {
        var range = new Range();
        var (gt, gte, lt, lte) = bounds;
        if (gt is { } above)
        {
            range.Gt = above;
        }

        if (gte is { } from)
        {
            range.Gte = from;
        }

        if (lt is { } below)
        {
            range.Lt = below;
        }

        if (lte is { } to)
        {
            range.Lte = to;
        }

        return range;
    }

    private static Condition Joined(Filter filter) => new() { Filter = filter };
}
