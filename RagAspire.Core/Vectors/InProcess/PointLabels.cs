namespace RagAspire.Vectors.InProcess;

/// <summary>The tags and groups of a point, shared by all points of a segment that have the same.</summary>
internal sealed class PointLabels : IEquatable<PointLabels>
{
    public const int EstimatedBytes = 250;
    private readonly KeyValuePair<string, string>[] _tags;
    private readonly string[] _groups;
    private readonly int _hash;

    public PointLabels(IReadOnlyDictionary<string, string> tags, IReadOnlyList<string> groups)
    {
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

        _hash = hash.ToHashCode();
    }

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

    public bool Equals(PointLabels? other) => other is not null && _hash == other._hash
        && _tags.AsSpan().SequenceEqual(other._tags) && _groups.AsSpan().SequenceEqual(other._groups);

    public override bool Equals(object? obj) => Equals(obj as PointLabels);

    public override int GetHashCode() => _hash;
}

/// <summary>Which points a search may find.</summary>
/// <param name="Tags">All of them must match.</param>
/// <param name="Groups">See <see cref="IndexQuery.Groups"/>.</param>
internal readonly record struct PointFilter(IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string>? Groups)
{
    public bool IsEmpty => Tags.Count == 0 && Groups is null;

    public bool Matches(PointLabels labels) => labels.Have(Tags) && labels.AreShown(Groups);
}
