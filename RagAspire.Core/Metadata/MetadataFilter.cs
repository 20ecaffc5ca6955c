using System.Text.Json;
using System.Text.Json.Serialization;

namespace RagAspire.Metadata;

/// <summary>A filter as it was asked for, checked.</summary>
/// <param name="Text">It as JSON, by which results are cached.</param>
public sealed record MetadataFilter(FilterExpression Root, string Text)
{
    /// <summary>Conditions and joints of one filter.</summary>
    public const int MostNodes = 50;

    /// <summary>How deep they may be nested.</summary>
    public const int MaxDepth = 8;

    /// <summary>Values of one <c>in</c>.</summary>
    public const int MostValues = 100;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <returns>Null for no filter.</returns>
    /// <exception cref="FormatException">It is no filter; the message says what is wrong.</exception>
    public static MetadataFilter? Of(FilterNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var nodes = 0;
        return new MetadataFilter(Read(node, 1, ref nodes), JsonSerializer.Serialize(node, Json));
    }

    /// <summary>Reads a filter that an address carries as JSON.</summary>
    /// <inheritdoc cref="Of"/>
    public static MetadataFilter? Parse(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? null : Of(JsonSerializer.Deserialize<FilterNode>(json, Json));
        }
        catch (JsonException ex)
        {
            throw new FormatException("The filter is no JSON object with the members and, or, not, field, eq, in, gt, gte, lt, lte, exists.", ex);
        }
    }

    private static FilterExpression Read(FilterNode node, int depth, ref int nodes)
    {
        if (node is null || ++nodes > MostNodes || depth > MaxDepth)
        {
            throw new FormatException(
                $"A filter has at most {MostNodes} parts, nested at most {MaxDepth} deep, and no part of it is null.");
        }

        var forms = (node.And is not null ? 1 : 0) + (node.Or is not null ? 1 : 0) + (node.Not is not null ? 1 : 0)
            + (node.Field is not null ? 1 : 0);
        if (forms != 1 || (node.Field is null && HasComparison(node)))
        {
            throw new FormatException("Each part of a filter has one of 'and', 'or', 'not' and 'field'.");
        }

        if (node.Not is { } negated)
        {
            return new NotOf(Read(negated, depth + 1, ref nodes));
        }

        if ((node.And ?? node.Or) is not { } joined)
        {
            return FilterConditions.Read(node);
        }

        if (joined.Count == 0)
        {
            throw new FormatException("'and' and 'or' join at least one part.");
        }

        var parts = new List<FilterExpression>(joined.Count);
        foreach (var part in joined)
        {
            parts.Add(Read(part, depth + 1, ref nodes));
        }

        return node.And is not null ? new AllOf(parts) : new AnyOf(parts);
    }

    private static bool HasComparison(FilterNode node) =>
        node.Eq is not null || node.In is not null || node.Exists is not null || FilterConditions.HasRange(node);
}
