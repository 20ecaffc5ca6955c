using System.Text.Json;
using System.Text.Json.Serialization;

namespace RagAspire.Client;

/// <summary>
/// Which documents are meant: a condition on a field, or several joined. Of a list it is enough that one value fulfils it.
/// </summary>
/// <param name="And">All of them hold.</param>
/// <param name="Or">At least one of them holds.</param>
/// <param name="Not">It does not hold; also where the document has no such field.</param>
/// <param name="Field"><c>name</c>, <c>contentType</c>, <c>size</c> (bytes), <c>createdAt</c>, <c>tags.key</c> or <c>metadata.key</c>.</param>
/// <param name="Eq">A string, a number, true or false of the same type.</param>
/// <param name="In">1 to 100 such values, of which it is one.</param>
/// <param name="Gt">Greater than a number, or later than a date.</param>
/// <param name="Gte">The same or greater.</param>
/// <param name="Lt">Less, or earlier.</param>
/// <param name="Lte">The same or less.</param>
/// <param name="Exists">Whether the document has the field.</param>
public sealed record FilterNode(
    IReadOnlyList<FilterNode>? And = null,
    IReadOnlyList<FilterNode>? Or = null,
    FilterNode? Not = null,
    string? Field = null,
    object? Eq = null,
    IReadOnlyList<object>? In = null,
    object? Gt = null,
    object? Gte = null,
    object? Lt = null,
    object? Lte = null,
    bool? Exists = null)
{
    private static readonly JsonSerializerOptions Short = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>As addresses carry it.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, Short);
}
