namespace RagAspire.Metadata;

/// <summary>What kind of field a filter looks at.</summary>
public enum FilterFieldKind
{
    /// <summary>The file name.</summary>
    Name,

    /// <summary>The media type.</summary>
    ContentType,

    /// <summary>The size in bytes.</summary>
    Size,

    /// <summary>When the document was uploaded first.</summary>
    CreatedAt,

    /// <summary>A tag, by its key.</summary>
    Tag,

    /// <summary>A member of the metadata, by its key.</summary>
    Metadata,
}

/// <summary>A field of a document.</summary>
/// <param name="Key">Of a tag or of the metadata; empty for others.</param>
public sealed record FilterField(FilterFieldKind Kind, string Key = "");

/// <summary>What a filter can look at.</summary>
public interface IFilterable
{
    /// <summary>The values of a field; none where there is no such field.</summary>
    IEnumerable<MetadataValue> ValuesOf(FilterField field);
}

/// <summary>The limits of a range; null for none.</summary>
public readonly record struct Bounds<T>(T? Gt, T? Gte, T? Lt, T? Lte)
    where T : struct, IComparable<T>
{
    public bool Contain(T value) =>
        (Gt is not { } gt || value.CompareTo(gt) > 0) && (Gte is not { } gte || value.CompareTo(gte) >= 0)
        && (Lt is not { } lt || value.CompareTo(lt) < 0) && (Lte is not { } lte || value.CompareTo(lte) <= 0);
}

/// <summary>A checked filter, which every index and the database can follow.</summary>
public abstract record FilterExpression
{
    public abstract bool Holds(IFilterable document);
}

/// <summary>All of them hold.</summary>
public sealed record AllOf(IReadOnlyList<FilterExpression> Parts) : FilterExpression
{
    public override bool Holds(IFilterable document) => Parts.All(part => part.Holds(document));
}

/// <summary>At least one of them holds.</summary>
public sealed record AnyOf(IReadOnlyList<FilterExpression> Parts) : FilterExpression
{
    public override bool Holds(IFilterable document) => Parts.Any(part => part.Holds(document));
}

/// <summary>It does not hold.</summary>
public sealed record NotOf(FilterExpression Part) : FilterExpression
{
    public override bool Holds(IFilterable document) => !Part.Holds(document);
}

/// <summary>The field has one of the values.</summary>
public sealed record IsOneOf(FilterField Field, IReadOnlyList<MetadataValue> Values) : FilterExpression
{
    public override bool Holds(IFilterable document) => document.ValuesOf(Field).Any(Values.Contains);
}

/// <summary>The field has a number within the bounds.</summary>
public sealed record HasNumber(FilterField Field, Bounds<double> Bounds) : FilterExpression
{
    public override bool Holds(IFilterable document) =>
        document.ValuesOf(Field).Any(value => value.Number is { } number && Bounds.Contain(number));
}

/// <summary>The field has a point in time within the bounds.</summary>
public sealed record HasInstant(FilterField Field, Bounds<DateTimeOffset> Bounds) : FilterExpression
{
    public override bool Holds(IFilterable document) =>
        document.ValuesOf(Field).Any(value => value.Instant is { } instant && Bounds.Contain(instant));
}

/// <summary>The document has the field.</summary>
public sealed record IsPresent(FilterField Field) : FilterExpression
{
    public override bool Holds(IFilterable document) => document.ValuesOf(Field).Any();
}
