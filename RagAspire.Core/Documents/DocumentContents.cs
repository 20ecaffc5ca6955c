using System.Buffers;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;

namespace RagAspire.Documents;

/// <summary>The bytes of each version, in PostgreSQL, in slices, so that no process ever holds a whole file.</summary>
public sealed class DocumentContents
{
    /// <summary>The largest file that <see cref="SmallAsync"/> reads.</summary>
    public const int SmallBytes = 1 << 16;

    private const int SliceBytes = 1 << 18;
    private const int AtOnce = 64;

    private readonly NpgsqlDataSource _dataSource;
    private readonly GroupedCalls<DocumentVersion, byte[]?> _small;

    public DocumentContents(NpgsqlDataSource dataSource)
    {
        _dataSource = dataSource;
        _small = new GroupedCalls<DocumentVersion, byte[]?>(AtOnce, FirstSlicesAsync, FirstSliceAsync);
    }

    /// <summary>Stores the bytes of a file as one version, inside the caller's transaction.</summary>
    internal static async Task InsertAsync(
        NpgsqlConnection connection, Guid documentId, int version, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
        await InsertAsync(connection, documentId, version, file, cancellationToken);
    }

    /// <summary>Stores the rest of a stream as one version, inside the caller's transaction.</summary>
    internal static async Task InsertAsync(
        NpgsqlConnection connection, Guid documentId, int version, Stream content, CancellationToken cancellationToken)
    {
        await connection.Command(
            "insert into document_contents (document_id, version) values ($1, $2)", documentId, version)
            .ExecuteAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(SliceBytes);
        try
        {
            for (var ordinal = 0; await ReadAsync(content, buffer, cancellationToken) is > 0 and var read; ordinal++)
            {
                // Not by COPY, which collects a thousand rows in the server before it writes them, whatever their size.
                await connection.Command(
                    "insert into document_slices (document_id, version, ordinal, bytes) values ($1, $2, $3, $4)",
                    documentId,
                    version,
                    ordinal,
                    new NpgsqlParameter { Value = new ReadOnlyMemory<byte>(buffer, 0, read), NpgsqlDbType = NpgsqlDbType.Bytea })
                    .ExecuteAsync(cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes one version's bytes to a stream. A slow reader holds a slice and no connection.</summary>
    /// <returns>False when the version is deleted.</returns>
    public async Task<bool> CopyToAsync(Guid documentId, int version, Stream target, CancellationToken cancellationToken)
    {
        var slices = await _dataSource.Command("""
            select (select count(*)::int from document_slices s where s.document_id = c.document_id and s.version = c.version)
            from document_contents c where document_id = $1 and version = $2
            """, documentId, version).ScalarAsync<int?>(cancellationToken);
        for (var ordinal = 0; ordinal < slices; ordinal++)
        {
            var slice = await _dataSource.Command(
                "select bytes from document_slices where document_id = $1 and version = $2 and ordinal = $3",
                documentId, version, ordinal)
                .ScalarAsync<byte[]>(cancellationToken);
            if (slice is null)
            {
                return false;
            }

            await target.WriteAsync(slice, cancellationToken);
        }

        return slices is not null;
    }

    /// <summary>
    /// The bytes of a small version, up to a slice; versions that are wanted at the same time are read by one query.
    /// </summary>
    /// <returns>Null when it is deleted or empty.</returns>
    public Task<byte[]?> SmallAsync(Guid documentId, int version, CancellationToken cancellationToken) =>
        _small.AnswerAsync(new DocumentVersion(documentId, version), cancellationToken);

    private async Task<IReadOnlyDictionary<DocumentVersion, byte[]?>> FirstSlicesAsync(
        IReadOnlyList<DocumentVersion> versions, CancellationToken cancellationToken) =>
        (await _dataSource.Command("""
            select n.id, n.version, s.bytes
            from unnest($1::uuid[], $2::int[]) as n(id, version)
            join document_slices s on s.document_id = n.id and s.version = n.version and s.ordinal = 0
            """, versions.Select(one => one.DocumentId).ToArray(), versions.Select(one => one.Version).ToArray())
            .ListAsync(
                row => (Version: new DocumentVersion(row.GetGuid(0), row.GetInt32(1)), Bytes: row.GetFieldValue<byte[]>(2)),
                cancellationToken))
            .ToDictionary(row => row.Version, row => (byte[]?)row.Bytes);

    private async Task<byte[]?> FirstSliceAsync(DocumentVersion version, CancellationToken cancellationToken) =>
        (await FirstSlicesAsync([version], cancellationToken)).GetValueOrDefault(version);

    private sealed record DocumentVersion(Guid DocumentId, int Version);

    private static ValueTask<int> ReadAsync(Stream content, byte[] buffer, CancellationToken cancellationToken) =>
        content.ReadAtLeastAsync(buffer.AsMemory(0, SliceBytes), SliceBytes, throwOnEndOfStream: false, cancellationToken);
}
