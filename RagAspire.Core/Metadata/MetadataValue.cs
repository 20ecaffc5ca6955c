using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RagAspire.Metadata;

/// <summary>One value of a document's metadata, or of a filter: a string, a number, or true or false.</summary>
/// <remarks>A string that is written as a date is also a point in time, so that it can be compared by time.</remarks>
public readonly partial record struct MetadataValue
{
    private const DateTimeStyles InUtc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    /// <summary>Of a string; null for others.</summary>
    public string? Text { get; private init; }

    /// <summary>Of a number; null for others.</summary>
    public double? Number { get; private init; }

    /// <summary>Of true or false; null for others.</summary>
    public bool? Flag { get; private init; }

    /// <summary>In UTC, to the microsecond; null for what is no date.</summary>
    public DateTimeOffset? Instant { get; private init; }

    /// <summary>A string that is never compared by time, such as a file name.</summary>
    internal static MetadataValue Plain(string text) => new() { Text = text };

    public static MetadataValue Of(string text) => new() { Text = text, Instant = InstantOf(text) };

    // Minus zero is zero, as in PostgreSQL.
    public static MetadataValue Of(double number) => new() { Number = number == 0 ? 0 : number };

    public static MetadataValue Of(bool flag) => new() { Flag = flag };

    public static MetadataValue Of(DateTimeOffset instant) => new() { Instant = instant.ToUniversalTime() };

    /// <returns>Null for an object, a list, null, a number that is too large, and text that PostgreSQL cannot store.</returns>
    public static MetadataValue? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => TextOf(element) is { } text ? Of(text) : null,
        JsonValueKind.Number when element.TryGetDouble(out var number) && double.IsFinite(number) => Of(number),
        JsonValueKind.True or JsonValueKind.False => Of(element.GetBoolean()),
        _ => null,
    };

    // A string is the same whether or not it was read as a date.
    public bool Equals(MetadataValue other) => Text is not null || other.Text is not null
        ? Text == other.Text
        : Number == other.Number && Flag == other.Flag && Instant == other.Instant;

    public override int GetHashCode() =>
        Text is not null ? StringComparer.Ordinal.GetHashCode(Text) : HashCode.Combine(Number, Flag, Instant);

    /// <summary>The value as JSON.</summary>
    public JsonElement ToJson() => Text is not null ? JsonSerializer.SerializeToElement(Text)
        : Number is not null ? JsonSerializer.SerializeToElement(Number)
        : JsonSerializer.SerializeToElement(Flag);

    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.GetString() is { } text && !text.Contains('\0') ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    private static DateTimeOffset? InstantOf(string text) =>
        text.Length is >= 10 and <= 40 && Date().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, InUtc, out var instant)
            ? instant : null;

    // The function metadata_instant of the database knows the same form.
    [GeneratedRegex(@"^[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?)?\z")]
    private static partial Regex Date();
}
