using System.Globalization;
using RagAspire.Database;

namespace RagAspire.Metadata;

/// <summary>A filter as a condition of a statement.</summary>
/// <param name="Condition">Never null for any row.</param>
/// <param name="Values">Of its parameters.</param>
public sealed record FilterSql(string Condition, IReadOnlyList<object> Values)
{
    /// <param name="table">The table or view, or its alias, with the columns of a document.</param>
    /// <param name="name">Its column with the document's name.</param>
    /// <param name="first">The number of the first parameter.</param>
    public static FilterSql Of(MetadataFilter? filter, string table, string name, int first)
    {
        if (filter is null)
        {
            return new FilterSql("true", []);
        }

        var writer = new Writer(table, name, first);
        return new FilterSql(writer.Write(filter.Root), writer.Values);
    }

    private sealed class Writer(string table, string name, int first)
    {
        public List<object> Values { get; } = [];

        public string Write(FilterExpression filter) => filter switch
        {
            AllOf all => $"({string.Join(" and ", all.Parts.Select(Write))})",
            AnyOf any => $"({string.Join(" or ", any.Parts.Select(Write))})",
            NotOf not => $"(not {Write(not.Part)})",
            IsOneOf { Field.Kind: FilterFieldKind.Metadata } one =>
                $"({string.Join(" or ", one.Values.Select(value => Has(one.Field.Key, value)))})",
            IsOneOf { Field.Kind: FilterFieldKind.Tag } one =>
                $"({string.Join(" or ", one.Values.Select(value => $"{table}.tags @> {Json(one.Field.Key, value.Text!)}"))})",
            IsOneOf { Field.Kind: FilterFieldKind.Size } one =>
                $"{Column(one.Field)}::float8 = any({Parameter(one.Values.Select(value => value.Number!.Value).ToArray())})",
            IsOneOf one => $"{Column(one.Field)} = any({Parameter(one.Values.Select(value => value.Text!).ToArray())})",
            HasNumber { Field.Kind: FilterFieldKind.Metadata } range => Path(range.Field.Key, range.Bounds),
            HasNumber range => $"({Compare($"{Column(range.Field)}::float8", range.Bounds)})",
            HasInstant { Field.Kind: FilterFieldKind.Metadata } range => $"""
                exists (select from jsonb_path_query({table}.metadata, {Parameter($"$.\"{range.Field.Key}\"[*]")}::jsonpath) item
                    where {Compare("metadata_instant(item)", range.Bounds)})
                """,
            HasInstant range => $"({Compare(Column(range.Field), range.Bounds)})",
            IsPresent { Field.Kind: FilterFieldKind.Metadata or FilterFieldKind.Tag } present =>
                $"jsonb_exists({Column(present.Field)}, {Parameter(present.Field.Key)})",
            IsPresent => "true",
            _ => throw new NotSupportedException(filter.GetType().Name),
        };

        private string Column(FilterField field) => table + "." + field.Kind switch
        {
            FilterFieldKind.Name => name,
            FilterFieldKind.ContentType => "content_type",
            FilterFieldKind.Size => "size_bytes",
            FilterFieldKind.CreatedAt => "created_at",
            FilterFieldKind.Tag => "tags",
            _ => "metadata",
        };

        // Containment is what the index of the column answers; it tells a value from a list with that value.
        private string Has(string key, MetadataValue value) =>
            $"{table}.metadata @> {Json(key, value.ToJson())} or {table}.metadata @> {Json(key, new[] { value.ToJson() })}";

        /// <summary>A path over numbers: what is no number is unknown to it, and so is not found.</summary>
        private string Path(string key, Bounds<double> bounds)
        {
            (string Sign, string Name, double? Limit)[] limits =
                [(">", "gt", bounds.Gt), (">=", "gte", bounds.Gte), ("<", "lt", bounds.Lt), ("<=", "lte", bounds.Lte)];
            var given = limits.Where(limit => limit.Limit is not null).ToList();
            var path = $"$.\"{key}\"[*] ? ({string.Join(" && ", given.Select(limit => $"@ {limit.Sign} ${limit.Name}"))})";
            var values = given.ToDictionary(limit => limit.Name, limit => limit.Limit);
            return $"jsonb_path_exists({table}.metadata, {Parameter(path)}::jsonpath, {Parameter(Commands.Jsonb(values))})";
        }

        private string Compare<T>(string value, Bounds<T> bounds)
            where T : struct, IComparable<T>
        {
            (string Sign, T? Limit)[] limits = [(">", bounds.Gt), (">=", bounds.Gte), ("<", bounds.Lt), ("<=", bounds.Lte)];
            return string.Join(
                " and ",
                limits.Where(limit => limit.Limit is not null).Select(limit => $"{value} {limit.Sign} {Parameter(limit.Limit!.Value)}"));
        }

        private string Json<T>(string key, T value) => Parameter(Commands.Jsonb(new Dictionary<string, T> { [key] = value }));

        private string Parameter(object value)
        {
            Values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"${first + Values.Count - 1}");
        }
    }
}
