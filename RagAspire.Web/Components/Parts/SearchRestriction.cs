using System.Globalization;
using RagAspire.Client;

namespace RagAspire.Web.Components.Parts;

/// <summary>What the fields of a page restrict searches to; empty fields restrict nothing.</summary>
/// <param name="Name">The file name.</param>
/// <param name="Type">The media type.</param>
/// <param name="From">The day from which on a document was uploaded, in UTC.</param>
/// <param name="To">The last such day.</param>
/// <param name="Key">Of the metadata.</param>
/// <param name="Comparison">One of <see cref="Comparisons"/>.</param>
/// <param name="Value">A number, true or false, a date, or any text.</param>
public sealed record SearchRestriction(
    string? Name, string? Type, string? From, string? To, string? Key, string? Comparison, string? Value)
{
    public const string Equal = "eq";
    public const string AtLeast = "gte";
    public const string AtMost = "lte";

    public static SearchRestriction None { get; } = new(null, null, null, null, null, null, null);

    public static IReadOnlyList<string> Comparisons { get; } = [Equal, AtLeast, AtMost];

    public bool IsEmpty => ToFilter() is null;

    /// <returns>Null for no restriction.</returns>
    public FilterNode? ToFilter()
    {
        List<FilterNode> parts = [];
        Add(Name, name => new FilterNode(Field: "name", Eq: name));
        Add(Type, type => new FilterNode(Field: "contentType", Eq: type));
        Add(From, day => new FilterNode(Field: "createdAt", Gte: day));
        Add(To, day => new FilterNode(Field: "createdAt", Lt: After(day)));
        if (!string.IsNullOrWhiteSpace(Key))
        {
            Add(Value, value => Member($"metadata.{Key.Trim()}", value));
        }

        return parts.Count > 1 ? new FilterNode(And: parts) : parts.FirstOrDefault();

        void Add(string? value, Func<string, FilterNode> make)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                parts.Add(make(value.Trim()));
            }
        }
    }

    private FilterNode Member(string field, string value)
    {
        var isNumber = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed)
            && double.IsFinite(parsed);
        object? number = isNumber ? parsed : bool.TryParse(value, out var flag) ? flag : null;
        return Comparison switch
        {
            AtLeast => new FilterNode(Field: field, Gte: number ?? value),
            AtMost => new FilterNode(Field: field, Lte: number ?? value),

            // A person does not say whether the 10 of a document is a number or a text.
            _ => new FilterNode(Field: field, In: number is null ? [value] : [value, number]),
        };
    }

    /// <summary>The day after, or what is no day as it is: the API says why it is none.</summary>
    private static string After(string day) =>
        DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date < DateOnly.MaxValue
            ? date.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : day;
}
