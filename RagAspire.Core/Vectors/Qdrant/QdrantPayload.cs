using System.Globalization;
using Qdrant.Client.Grpc;
using RagAspire.Metadata;

namespace RagAspire.Vectors.Qdrant;

/// <summary>The payload of a point, and filters over it.</summary>
internal static class QdrantPayload
{
    public const string Collection = "collection";
    public const string Document = "document";
    public const string Version = "version";
    public const string Length = "length";
    public const string Tags = "tags";
    public const string Groups = "groups";
    public const string HasVector = "has_vector";
    public const string TagKeys = "tag_keys";
    public const string Name = "name";
    public const string ContentType = "content_type";
    public const string Size = "size";
    public const string CreatedAt = "created_at";

    /// <summary>By key, the values of the metadata.</summary>
    public const string Metadata = "metadata";

    /// <summary>By key, those of them that are dates.</summary>
    public const string Dates = "dates";

    public static void Write(IndexPoint point, PointStruct target)
    {
        target.Payload[Collection] = point.Collection;
        target.Payload[Document] = Text(point.DocumentId);
        target.Payload[Version] = (long)point.Version;
        target.Payload[Length] = (double)point.Terms.Length;
        target.Payload[HasVector] = point.Dense is not null;
        target.Payload[Tags] = point.Tags.Select(Tag).ToArray();
        target.Payload[TagKeys] = point.Tags.Keys.ToArray();
        target.Payload[Groups] = point.Groups.ToArray();
        var (name, contentType, size, createdAt, metadata) = point.Fields;
        target.Payload[Name] = name;
        target.Payload[ContentType] = contentType;
        target.Payload[Size] = size;
        target.Payload[CreatedAt] = Date(createdAt);
        var values = DocumentMetadata.Stored(metadata).Values;
        target.Payload[Metadata] = Members(values, each => Value(each));
        target.Payload[Dates] = Members(values, each => each.Instant is { } instant ? (Value)Date(instant) : null);
    }

    /// <summary>The points that a query may find.</summary>
    public static Filter For(IndexQuery query)
    {
        var filter = In(query.Collection);
        filter.Must.AddRange(query.Tags.Select(tag => Conditions.MatchKeyword(Tags, Tag(tag))));
        if (query.Groups is { } groups)
        {
            // Points of earlier releases have no such field, and are of documents without groups.
            var shown = new Filter { Should = { Conditions.IsEmpty(Groups) } };
            shown.Should.AddRange(groups.Select(group => Conditions.MatchKeyword(Groups, group)));
            filter.Must.Add(new Condition { Filter = shown });
        }

        if (query.Filter is { } wanted)
        {
            filter.Must.Add(QdrantFilter.Of(wanted.Root));
        }

        return filter;
    }

    /// <summary>All points of a collection.</summary>
    public static Filter In(string collection) => new() { Must = { Conditions.MatchKeyword(Collection, collection) } };

    /// <summary>The points of a document, of versions below one or of all.</summary>
    public static Filter Of(Guid documentId, int? belowVersion)
    {
        var filter = new Filter { Must = { Conditions.MatchKeyword(Document, Text(documentId)) } };
        if (belowVersion is { } version)
        {
            filter.Must.Add(Conditions.Range(Version, new global::Qdrant.Client.Grpc.Range { Lt = version }));
        }

        return filter;
    }

    /// <summary>Whether a found point has no vector. Points of earlier versions do not say, and count as having one.</summary>
    public static bool IsBare(ScoredPoint hit) => hit.Payload.TryGetValue(HasVector, out var has) && !has.BoolValue;

    /// <summary>As Qdrant reads a point in time.</summary>
    private static string Date(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static Value Members(
        IReadOnlyDictionary<string, IReadOnlyList<MetadataValue>> values, Func<MetadataValue, Value?> write)
    {
        var members = new Struct();
        foreach (var (key, list) in values)
        {
            if (list.Select(write).OfType<Value>().ToArray() is { Length: > 0 } written)
            {
                members.Fields[key] = written;
            }
        }

        return new Value { StructValue = members };
    }

    private static Value Value(MetadataValue value) =>
        value.Text is { } text ? text : value.Number is { } number ? number : value.Flag!.Value;

    private static string Text(Guid id) => id.ToString("D", CultureInfo.InvariantCulture);

    /// <summary>A tag as one keyword, because a key of the payload cannot hold dots and brackets.</summary>
    public static string Tag(KeyValuePair<string, string> tag) => $"{Uri.EscapeDataString(tag.Key)}={tag.Value}";
}
