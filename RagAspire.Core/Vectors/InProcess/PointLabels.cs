using RagAspire.Metadata;

namespace RagAspire.Vectors.InProcess;

/// <summary>What a search can be restricted to, of a point; shared by all points of a segment that have the same.</summary>
internal sealed class PointLabels : IEquatable<PointLabels>, IFilterable
{
    private readonly KeyValuePair<string, string>[] _tags;
    private readonly string[] _groups;
    private readonly DocumentFields _fields;
    private readonly int _hash;
    private DocumentMetadata? _metadata;

    public PointLabels(IReadOnlyDictionary<string, string> tags, IReadOnlyList<string> groups, DocumentFields fields)
    {
        _fields = fields;
        _tags = [.. tags.OrderBy(t => t.Key, StringComparer.Ordinal)];
        _groups = [.. groups.Order(StringComparer.Ordinal)];
        var hash = default(HashCode);
        foreach (var (key, value) in _tags)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        foreach (var group in _groups)
        {
            hash.Add(group, StringComparer.Ordinal);
        }

        hash.Add(fields);
        _hash = hash.ToHashCode();
    }

    public int EstimatedBytes =>
        350 + (sizeof(char) * (_fields.Name.Length + _fields.ContentType.Length + _fields.Metadata.Length));

    // It is read at the first filter: most labels never meet one.
    private DocumentMetadata Metadata => _metadata ??= DocumentMetadata.Stored(_fields.Metadata);

    /// <summary>Whether there are all of the wanted tags.</summary>
    public bool Have(IReadOnlyDictionary<string, string> wanted)
    {
        foreach (var pair in wanted)
        {
            if (Array.IndexOf(_tags, pair) < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a search for these groups may find the point; null for a search over all documents.</summary>
    public bool AreShown(IReadOnlyList<string>? groups) => groups is null || _groups.Length == 0 || _groups.Any(groups.Contains);

    public IEnumerable<MetadataValue> ValuesOf(FilterField field) => field.Kind switch
    {
        FilterFieldKind.Name => [MetadataValue.Plain(_fields.Name)],
        FilterFieldKind.ContentType => [MetadataValue.Plain(_fields.ContentType)],
        FilterFieldKind.Size => [MetadataValue.Of(_fields.SizeBytes)],
        FilterFieldKind.CreatedAt => [MetadataValue.Of(_fields.CreatedAt)],
        FilterFieldKind.Tag => _tags.Where(tag => tag.Key == field.Key).Select(tag => MetadataValue.Plain(tag.Value)),
        _ => Metadata.Values.GetValueOrDefault(field.Key, []),
    };

    public bool Equals(PointLabels? other) => other is not null && _hash == other._hash && _fields == other._fields
        && _tags.AsSpan().SequenceEqual(other._tags) && _groups.AsSpan().SequenceEqual(other._groups);

    public override bool Equals(object? obj) => Equals(obj as PointLabels);

    public override int GetHashCode() => _hash;
}

/// <summary>Which points one search may find. Its rankings ask one after the other, and share what was found out.</summary>
/// <param name="tags">All of them must match.</param>
/// <param name="groups">See <see cref="IndexQuery.Groups"/>.</param>
/// <param name="filter">See <see cref="IndexQuery.Filter"/>.</param>
internal sealed class PointFilter(
    IReadOnlyDictionary<string, string> tags, IReadOnlyList<string>? groups, FilterExpression? filter)
{
    private readonly Dictionary<SegmentView, SlotSet?> _allowed = new(ReferenceEqualityComparer.Instance);

    /// <summary>The live slots that the search may find; null when that is every slot.</summary>
    public SlotSet? Allowed(SegmentView view)
    {
        if (tags.Count == 0 && groups is null && filter is null)
        {
            return view.Live;
        }

        if (!_allowed.TryGetValue(view, out var allowed))
        {
            _allowed[view] = allowed = view.Where(Matches);
        }

        return allowed;
    }

    private bool Matches(PointLabels labels) => labels.Have(tags) && labels.AreShown(groups) && filter?.Holds(labels) != false;
}
