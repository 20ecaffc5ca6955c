using System.Globalization;
using System.Text.RegularExpressions;
using Qdrant.Client.Grpc;

namespace RagAspire.Tests.Vectors.Qdrant;

/// <summary>
/// Payloads as Qdrant reads them: a condition holds when it holds for one value, and never for a value of another type.
/// </summary>
internal static partial class QdrantStubPayload
{
    /// <summary>The values at a path such as <c>a</c>, <c>a.b</c> or <c>a."b c"</c>; those of a list one by one.</summary>
    public static IEnumerable<Value> ValuesAt(PointStruct point, string path)
    {
        var keys = Key().Matches(path).Select(key => key.Value.Trim('"')).ToList();
        if (!point.Payload.TryGetValue(keys[0], out var value))
        {
            return [];
        }

        foreach (var key in keys.Skip(1))
        {
            if (value.KindCase != Value.KindOneofCase.StructValue || !value.StructValue.Fields.TryGetValue(key, out value))
            {
                return [];
            }
        }

        return value.KindCase switch
        {
            Value.KindOneofCase.ListValue => value.ListValue.Values,
            Value.KindOneofCase.NullValue or Value.KindOneofCase.None => [],
            _ => [value],
        };
    }

    public static bool Holds(FieldCondition condition, Value value) => condition switch
    {
        { Match: { HasKeyword: true } match } => value.HasStringValue && value.StringValue == match.Keyword,
        { Match: { HasBoolean: true } match } => value.HasBoolValue && value.BoolValue == match.Boolean,
        { Range: { } range } => Number(value) is { } number
            && (!range.HasGt || number > range.Gt) && (!range.HasGte || number >= range.Gte)
            && (!range.HasLt || number < range.Lt) && (!range.HasLte || number <= range.Lte),
        { DatetimeRange: { } range } => Instant(value) is { } instant
            && (range.Gt is null || instant > range.Gt.ToDateTimeOffset())
            && (range.Gte is null || instant >= range.Gte.ToDateTimeOffset())
            && (range.Lt is null || instant < range.Lt.ToDateTimeOffset())
            && (range.Lte is null || instant <= range.Lte.ToDateTimeOffset()),
        _ => throw QdrantStubCollection.Refuse($"The stub does not know {condition}"),
    };

    private static double? Number(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.IntegerValue => value.IntegerValue,
        Value.KindOneofCase.DoubleValue => value.DoubleValue,
        _ => null,
    };

    private static DateTimeOffset? Instant(Value value) =>
        value.HasStringValue && DateTimeOffset.TryParse(value.StringValue, CultureInfo.InvariantCulture, out var instant)
            ? instant : null;

    [GeneratedRegex("\"[^\"]+\"|[^.\"]+")]
    private static partial Regex Key();
}
