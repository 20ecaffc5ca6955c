namespace RagAspire.Api;

/// <summary>The tags of a document, or of a search, as pairs <c>key=value</c>.</summary>
internal static class Tags
{
    private const int Most = 32;

    /// <summary>Adds a pair; the last one of a key counts.</summary>
    /// <exception cref="BadHttpRequestException">400: not a pair, too long or too many.</exception>
    public static void Add(Dictionary<string, string> tags, string tag)
    {
        if (tag.Split('=', 2) is not [{ Length: > 0 and <= 64 } key, { Length: <= 256 } value] || tags.Count >= Most)
        {
            throw Problems.Bad($"A tag must be key=value, with 1 to 64 characters in the key and up to 256 in the value; at most {Most} tags.");
        }

        tags[key.Trim()] = value.Trim();
    }

    /// <summary>Holds tags that a body brings to the same rules.</summary>
    /// <exception cref="BadHttpRequestException">400: too long or too many, or a key with '='.</exception>
    public static Dictionary<string, string> Of(IReadOnlyDictionary<string, string> tags) =>
        tags.Keys.Any(key => key.Contains('='))
            ? throw Problems.Bad("The key of a tag has no '='.")
            : Parse(tags.Select(tag => $"{tag.Key}={tag.Value}"));

    public static Dictionary<string, string> Parse(IEnumerable<string> pairs)
    {
        var tags = new Dictionary<string, string>();
        foreach (var pair in pairs)
        {
            Add(tags, pair);
        }

        return tags;
    }
}
