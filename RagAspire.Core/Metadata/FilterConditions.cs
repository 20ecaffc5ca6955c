using System.Text.Json;

namespace RagAspire.Metadata;

/// <summary>Reads the conditions of a filter, and refuses what could never hold.</summary>
internal static class FilterConditions
{
    private const string Fields = "name, contentType, size, createdAt, tags.<key> or metadata.<key>";

    public static bool HasRange(FilterNode node) =>
        node.Gt is not null || node.Gte is not null || node.Lt is not null || node.Lte is not null;

    public static FilterExpression Read(FilterNode node)
    {
        var field = FieldOf(node.Field!);
        var forms = (node.Eq is not null ? 1 : 0) + (node.In is not null ? 1 : 0) + (HasRange(node) ? 1 : 0)
            + (node.Exists is not null ? 1 : 0);
        if (forms != 1)
        {
            throw Bad(node, "has one of 'eq', 'in', a range of 'gt', 'gte', 'lt' and 'lte', and 'exists'");
        }

        if (node.Exists is { } exists)
        {
            return exists ? new IsPresent(field) : new NotOf(new IsPresent(field));
        }

        return HasRange(node) ? Range(node, field) : OneOf(node, field);
    }

    private static FilterField FieldOf(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var key = dot < 0 ? "" : name[(dot + 1)..];
        return (dot < 0 ? name : name[..dot], key) switch
        {
            ("name", "") when dot < 0 => new FilterField(FilterFieldKind.Name),
            ("contentType", "") when dot < 0 => new FilterField(FilterFieldKind.ContentType),
            ("size", "") when dot < 0 => new FilterField(FilterFieldKind.Size),
            ("createdAt", "") when dot < 0 => new FilterField(FilterFieldKind.CreatedAt),
            ("tags", { Length: > 0 and <= 64 }) => new FilterField(FilterFieldKind.Tag, key),
            ("metadata", _) when DocumentMetadata.IsKey(key) => new FilterField(FilterFieldKind.Metadata, key),
            _ => throw new FormatException($"A filter has no field '{name}': it is {Fields}."),
        };
    }

    private static FilterExpression OneOf(FilterNode node, FilterField field)
    {
        var elements = node.Eq is { } single ? [single] : node.In!;
        var values = elements.Take(MetadataFilter.MostValues + 1).Select(MetadataValue.Of).ToList();
        if (values.Count is 0 or > MetadataFilter.MostValues || values.Any(value => value is null))
        {
            throw Bad(node, $"is compared with strings, numbers, true and false, at most {MetadataFilter.MostValues} of them");
        }

        var wanted = values.OfType<MetadataValue>().ToList();
        switch (field.Kind)
        {
            case FilterFieldKind.Size when wanted.Exists(value => value.Number is null):
                throw Bad(node, "is compared with numbers of bytes");
            case FilterFieldKind.Name or FilterFieldKind.ContentType or FilterFieldKind.Tag
                when wanted.Exists(value => value.Text is null):
                throw Bad(node, "is compared with strings");
            case FilterFieldKind.CreatedAt when wanted.Exists(value => value.Instant is null):
                throw Bad(node, DateRule);
            case FilterFieldKind.CreatedAt:
                return new AnyOf([.. wanted.Select(value => new HasInstant(
                    field, new Bounds<DateTimeOffset>(null, value.Instant, null, value.Instant)))]);
            default:
                return new IsOneOf(field, wanted);
        }
    }

    private static FilterExpression Range(FilterNode node, FilterField field)
    {
        var limits = new[] { node.Gt, node.Gte, node.Lt, node.Lte }
            .Select(limit => limit is { } element ? ValueOf(node, element) : (MetadataValue?)null).ToArray();
        var given = limits.OfType<MetadataValue>().ToList();
        if (field.Kind is FilterFieldKind.Name or FilterFieldKind.ContentType or FilterFieldKind.Tag)
        {
            throw Bad(node, "has no order: use 'eq' or 'in', or metadata for numbers and dates");
        }

        if (given.TrueForAll(value => value.Number is not null) && field.Kind != FilterFieldKind.CreatedAt)
        {
            return new HasNumber(field, new Bounds<double>(
                limits[0]?.Number, limits[1]?.Number, limits[2]?.Number, limits[3]?.Number));
        }

        return given.TrueForAll(value => value.Instant is not null) && field.Kind != FilterFieldKind.Size
            ? new HasInstant(field, new Bounds<DateTimeOffset>(
                limits[0]?.Instant, limits[1]?.Instant, limits[2]?.Instant, limits[3]?.Instant))
            : throw Bad(node, field.Kind switch
            {
                FilterFieldKind.Size => "is compared with numbers of bytes",
                FilterFieldKind.CreatedAt => DateRule,
                _ => "has a range of numbers, or of dates such as 2026-01-31 or 2026-01-31T08:00:00Z",
            });
    }

    private const string DateRule = "is compared with dates such as 2026-01-31 or 2026-01-31T08:00:00Z";

    private static MetadataValue ValueOf(FilterNode node, JsonElement element) =>
        MetadataValue.Of(element) ?? throw Bad(node, "has a range of numbers or dates");

    private static FormatException Bad(FilterNode node, string rule) => new($"The field '{node.Field}' of the filter {rule}.");
}
