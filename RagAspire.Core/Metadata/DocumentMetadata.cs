using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RagAspire.Metadata;

/// <summary>What a document is about, by keys: a value, or a list of values, with their types.</summary>
public sealed partial class DocumentMetadata
{
    /// <summary>Keys of one document.</summary>
    public const int MostKeys = 32;

    /// <summary>Values of one list.</summary>
    public const int MostItems = 64;

    /// <summary>Characters of one string.</summary>
    public const int MaxText = 1_000;

    /// <summary>Characters of the whole as JSON.</summary>
    public const int MaxLength = 16_384;

    private DocumentMetadata(string json, IEnumerable<KeyValuePair<string, JsonElement>> members)
    {
        Json = json;
        Values = members.ToDictionary(
            member => member.Key, member => (IReadOnlyList<MetadataValue>)ValuesOf(member.Key, member.Value)).AsReadOnly();
    }

    public static DocumentMetadata Empty { get; } = new("{}", []);

    /// <summary>As it is stored: keys in order.</summary>
    public string Json { get; }

    /// <summary>A single value is a list of one.</summary>
    public ReadOnlyDictionary<string, IReadOnlyList<MetadataValue>> Values { get; }

    /// <exception cref="FormatException">It is no such object; the message says what is wrong.</exception>
    public static DocumentMetadata Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > MaxLength)
        {
            throw new FormatException($"The metadata are longer than {MaxLength} characters.");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Of(document.RootElement.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value)))
                : throw new FormatException("The metadata must be a JSON object.");
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException)
        {
            // The second is half of a surrogate pair in a key.
            throw new FormatException("The metadata must be a JSON object.", ex);
        }
    }

    /// <inheritdoc cref="Parse(string)"/>
    public static DocumentMetadata Of(IEnumerable<KeyValuePair<string, JsonElement>> members)
    {
        var checkedMembers = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (key, value) in members)
        {
            if (!IsKey(key))
            {
                throw new FormatException($"The metadata key '{key}' must have 1 to 64 letters, digits, '_' and '-'.");
            }

            // Numbers are written anew, so that the database compares them as this process does.
            var values = ValuesOf(key, value).Select(each => each.ToJson()).ToList();
            checkedMembers[key] = value.ValueKind == JsonValueKind.Array ? JsonSerializer.SerializeToElement(values) : values[0];
        }

        if (checkedMembers.Count > MostKeys)
        {
            throw new FormatException($"The metadata have more than {MostKeys} keys.");
        }

        var metadata = new DocumentMetadata(JsonSerializer.Serialize(checkedMembers), checkedMembers);
        return metadata.Json.Length <= MaxLength
            ? metadata : throw new FormatException($"The metadata are longer than {MaxLength} characters.");
    }

    /// <summary>What of these a document may have; the rest, such as too long a text, is left out.</summary>
    internal static IReadOnlyDictionary<string, JsonElement> Acceptable(
        IReadOnlyDictionary<string, JsonElement>? members, int most)
    {
        var accepted = new Dictionary<string, JsonElement>();
        foreach (var member in (members ?? ReadOnlyDictionary<string, JsonElement>.Empty)
            .OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            try
            {
                using var one = JsonDocument.Parse(Of([member]).Json);
                accepted[member.Key] = one.RootElement.GetProperty(member.Key).Clone();
            }
            catch (FormatException)
            {
                // It stays in the text of the document.
            }

            if (accepted.Count == most)
            {
                break;
            }
        }

        return accepted;
    }

    /// <summary>Whether a document has these and what its file says of itself, where these do not say otherwise.</summary>
    internal bool IsWhatHas(
        IReadOnlyDictionary<string, JsonElement> properties, IReadOnlyDictionary<string, JsonElement> metadata)
    {
        using var given = JsonDocument.Parse(Json);
        var all = new Dictionary<string, JsonElement>(properties);
        foreach (var member in given.RootElement.EnumerateObject())
        {
            all[member.Name] = member.Value;
        }

        return all.Count == metadata.Count
            && all.All(member => metadata.TryGetValue(member.Key, out var value) && JsonElement.DeepEquals(member.Value, value));
    }

    /// <summary>Reads what is stored, which was checked before.</summary>
    internal static DocumentMetadata Stored(string json)
    {
        if (json == Empty.Json)
        {
            return Empty;
        }

        using var document = JsonDocument.Parse(json);
        return new DocumentMetadata(
            json, document.RootElement.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value)));
    }

    internal static bool IsKey(string key) => Key().IsMatch(key);

    private static List<MetadataValue> ValuesOf(string key, JsonElement value)
    {
        IEnumerable<JsonElement> items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        var values = items.Take(MostItems + 1).Select(MetadataValue.Of).ToList();
        if (values.Count is 0 or > MostItems || values.Any(each => each is null))
        {
            throw new FormatException(
                $"The metadata '{key}' must be a string, a number, true, false, or a list of 1 to {MostItems} of these.");
        }

        return values.TrueForAll(each => !(each?.Text?.Length > MaxText))
            ? [.. values.OfType<MetadataValue>()]
            : throw new FormatException($"A string of the metadata '{key}' is longer than {MaxText} characters.");
    }

    [GeneratedRegex(@"^[\p{L}\p{N}_-]{1,64}\z")]
    private static partial Regex Key();
}
