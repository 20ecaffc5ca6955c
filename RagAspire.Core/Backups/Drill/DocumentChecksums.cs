using System.Security.Cryptography;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Backups.Drill;

/// <summary>Compares the bytes of all documents of a restored database with their checksums.</summary>
internal static class DocumentChecksums
{
    public static async Task<(long Documents, long Changed)> CompareAsync(
        NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        await using var slices = restored.Command("""
            select d.id, d.sha256, s.bytes
            from documents d join document_contents c on c.document_id = d.id and c.version = d.version
            left join document_slices s on s.document_id = d.id and s.version = d.version
            order by d.id, s.ordinal
            """);
        slices.CommandTimeout = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (documents, changed) = (0L, 0L);
        (Guid Id, byte[] Sha256)? current = null;
        await using var reader = await slices.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            if (current?.Id != id)
            {
                changed += IsChanged() ? 1 : 0;
                current = (id, reader.GetFieldValue<byte[]>(1));
                documents++;
            }

            hash.AppendData(await reader.IsDBNullAsync(2, cancellationToken) ? [] : reader.GetFieldValue<byte[]>(2));
        }

        return (documents, changed + (IsChanged() ? 1 : 0));

        bool IsChanged() => current is { } document && !hash.GetHashAndReset().AsSpan().SequenceEqual(document.Sha256);
    }
}
