using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents;

/// <summary>The bytes of each version, in PostgreSQL, streamed in both directions.</summary>
public sealed class DocumentContents(NpgsqlDataSource dataSource)
{
    private const int SliceBytes = 1 << 20;

    /// <summary>Stores the bytes of a file as one version, inside the caller's transaction.</summary>
    internal static async Task InsertAsync(
        NpgsqlConnection connection, Guid documentId, int version, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        await connection.Command(
            "insert into document_contents (document_id, version, content) values ($1, $2, $3)",
            documentId,
            version,
            new NpgsqlParameter { Value = file, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea, Size = checked((int)file.Length) })
            .ExecuteAsync(cancellationToken);
    }

    /// <summary>Writes one version's bytes to a stream, a slice at a time.</summary>
    /// <returns>False when the version is deleted.</returns>
    public async Task<bool> CopyToAsync(Guid documentId, int version, Stream target, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var length = await connection.Command(
            "select octet_length(content) from document_contents where document_id = $1 and version = $2", documentId, version)
            .ScalarAsync<int?>(cancellationToken);
        for (var start = 1; start <= length; start += SliceBytes)
        {
            var slice = await connection.Command(
                "select substring(content from $3 for $4) from document_contents where document_id = $1 and version = $2",
                documentId, version, start, SliceBytes)
                .ScalarAsync<byte[]>(cancellationToken);
            if (slice is null)
            {
                return false;
            }

            await target.WriteAsync(slice, cancellationToken);
        }

        return length is not null;
    }
}
