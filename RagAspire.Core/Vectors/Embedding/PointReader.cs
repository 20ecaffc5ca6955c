using System.Text.Json;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Vectors.Embedding;

/// <summary>Reads points, row by row, of which those of one document follow each other.</summary>
internal sealed class PointReader
{
    /// <summary>Of <c>c</c>, a chunk with its document, and <c>e</c>, its terms and vector.</summary>
    public const string Columns = """
        c.id, c.document_id, c.version, array_send(e.dense), array_send(e.term_hashes), array_send(e.term_counts),
            c.collection, c.tags, c.groups, c.document_name, c.content_type, c.size_bytes, c.created_at, c.metadata
        """;

    private IndexPoint? _last;
    private byte[] _sent = [];

    public IndexPoint Read(NpgsqlDataReader row)
    {
        var (document, version) = (row.GetGuid(1), row.GetInt32(2));
        var same = _last is { } last && last.DocumentId == document && last.Version == version ? last : null;

        // All points of a document share what is its own: an index keeps it in memory, and has hundreds of thousands of points.
        return _last = new IndexPoint(
            row.GetGuid(0),
            document,
            version,
            same?.Collection ?? row.GetString(6),
            same?.Tags ?? JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(7))!,
            new TermVector(Array<uint>(row, 4), Array<float>(row, 5)),
            row.IsDBNull(3) ? null : Array<float>(row, 3))
        {
            Groups = same?.Groups ?? row.GetFieldValue<string[]>(8),
            Fields = same?.Fields ?? new DocumentFields(
                row.GetString(9), row.GetString(10), row.GetInt64(11), row.GetFieldValue<DateTimeOffset>(12), row.GetString(13)),
        };
    }

    private T[] Array<T>(NpgsqlDataReader row, int column)
        where T : unmanaged
    {
        var length = (int)row.GetBytes(column, 0, null, 0, 0);
        if (length > _sent.Length)
        {
            _sent = new byte[2 * length];
        }

        row.GetBytes(column, 0, _sent, 0, length);
        return SentArray.Read<T>(_sent.AsSpan(0, length));
    }
}
