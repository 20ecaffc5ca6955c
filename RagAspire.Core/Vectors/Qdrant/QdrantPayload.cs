using System.Globalization;
using Qdrant.Client.Grpc;

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

    public static void Write(IndexPoint point, PointStruct target)
    {
        target.Payload[Collection] = point.Collection;
        target.Payload[Document] = Text(point.DocumentId);
        target.Payload[Version] = (long)point.Version;
        target.Payload[Length] = (double)point.Terms.Length;
        target.Payload[HasVector] = point.Dense is not null;
        target.Payload[Tags] = point.Tags.Select(Tag).ToArray();
        target.Payload[Groups] = point.Groups.ToArray();
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

    private static string Text(Guid id) => id.ToString("D", CultureInfo.InvariantCulture);

    /// <summary>A tag as one keyword, because a key of the payload cannot hold dots and brackets.</summary>
    private static string Tag(KeyValuePair<string, string> tag) => $"{Uri.EscapeDataString(tag.Key)}={tag.Value}";
}
