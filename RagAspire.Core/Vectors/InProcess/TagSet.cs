namespace RagAspire.Vectors.InProcess;

/// <summary>The tags of a point, shared by all points of a segment that have the same.</summary>
internal sealed class TagSet : IEquatable<TagSet>
{
    public const int EstimatedBytes = 200;
    private readonly KeyValuePair<string, string>[] _tags;
    private readonly int _hash;

    public TagSet(IReadOnlyDictionary<string, string> tags)
    {
        _tags = [.. tags.OrderBy(t => t.Key, StringComparer.Ordinal)];
        var hash = default(HashCode);
        foreach (var (key, value) in _tags)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>Whether the set contains all of the wanted tags.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> wanted)
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

    public bool Equals(TagSet? other) => other is not null && _hash == other._hash && _tags.AsSpan().SequenceEqual(other._tags);

    public override bool Equals(object? obj) => Equals(obj as TagSet);

    public override int GetHashCode() => _hash;
}
