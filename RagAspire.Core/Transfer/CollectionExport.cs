using System.Buffers.Binary;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;
using RagAspire.Vectors.Terms;

namespace RagAspire.Transfer;

/// <summary>
/// Writes a collection as one TAR: manifest, then of each document its text in chunks with their vectors and its original, then
/// the checksums. One document is on disk at a time, and a slow reader holds no connection.
/// </summary>
public sealed class CollectionExport(
    NpgsqlDataSource dataSource, DocumentContents contents, Bm25Encoder terms, AuditLog audit, TimeProvider time)
{
    private const int PageSize = 100;

    /// <param name="actor">The name of the API key or person.</param>
    public async Task WriteAsync(string collection, Stream target, string actor, CancellationToken cancellationToken)
    {
        await AuditAsync(collection, actor, cancellationToken);
        await using var checksums = TemporaryFile.CreateUnnamed();
        await using var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        var archive = new Archive(tar, checksums, time);
        var manifest = new TransferManifest(
            TransferManifest.Name, TransferManifest.Current, collection, time.GetUtcNow(), terms.Analysis);
        await using (var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, TransferJson.Options)))
        {
            await archive.AddAsync(TransferManifest.Path, body, cancellationToken);
        }

        // What is inside a document comes after it, because an import stores one after the other.
        for (short depth = 0; await AddAsync(archive, collection, depth, cancellationToken); depth++)
        {
        }

        await archive.EndAsync(cancellationToken);
    }

    /// <param name="depth">How many documents are around those that are added.</param>
    /// <returns>Whether there are any.</returns>
    private async Task<bool> AddAsync(Archive archive, string collection, short depth, CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        while (await PageAsync(collection, depth, last, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var id in page)
            {
                await AddAsync(archive, id, cancellationToken);
            }

            last = page[^1];
        }

        return last != Guid.Empty;
    }

    private async Task<List<Guid>> PageAsync(string collection, short depth, Guid last, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select id from documents where collection = $1 and depth = $2 and id > $3 order by id limit $4
            """, collection, depth, last, PageSize).ListAsync(row => row.GetGuid(0), cancellationToken);

    /// <summary>Leaves out a document that is deleted or replaced meanwhile.</summary>
    private async Task AddAsync(Archive archive, Guid id, CancellationToken cancellationToken)
    {
        await using var text = TemporaryFile.CreateUnnamed();
        await using var original = TemporaryFile.CreateUnnamed();
        if (await WriteTextAsync(id, text, cancellationToken) is { } version
            && await contents.CopyToAsync(id, version, original, cancellationToken))
        {
            await archive.AddAsync(TransferPaths.Document(id), text, cancellationToken);
            await archive.AddAsync(TransferPaths.Original(id), original, cancellationToken);
        }
    }

    /// <returns>The version; null when the document is deleted.</returns>
    private async Task<int?> WriteTextAsync(Guid id, FileStream target, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction =
            await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var document = await connection.Command($"select {DocumentRows.Columns} from documents where id = $1", id)
            .FirstAsync(DocumentRows.Read, cancellationToken);
        if (document is null)
        {
            return null;
        }

        var hasChunks = document.Status == DocumentStatus.Ready && document.ReadyVersion == document.Version;
        var line = new TransferDocument(
            document.Id, document.Name, document.ContentType, document.SizeBytes, document.Sha256, document.Version,
            hasChunks || document.Status == DocumentStatus.Failed ? document.Status : DocumentStatus.Pending,
            document.Status == DocumentStatus.Failed ? document.Error : null, hasChunks ? document.ChunkCount : 0, document.Tags,
            document.ExternalId, document.CreatedAt, document.Warnings, document.Coverage, document.Embedding?.Model,
            document.ParentId)
        {
            Groups = document.Groups,
            Metadata = document.Metadata,
            Properties = document.Properties,
        };
        await WriteLineAsync(target, line, cancellationToken);
        if (hasChunks)
        {
            await WriteChunksAsync(connection, line, target, cancellationToken);
        }

        return document.Version;
    }

    private static async Task WriteChunksAsync(
        NpgsqlConnection connection, TransferDocument document, Stream target, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select c.ordinal, c.text, c.section, c.page, c.token_count, c.place, c.lead, e.dense
            from chunks c left join embeddings e on e.chunk_id = c.id and e.model = $3
            where c.document_id = $1 and c.version = $2 order by c.ordinal
            """, document.Id, document.Version, document.Model ?? "");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var chunk = new TransferChunk(
                row.Field<int>("ordinal"),
                row.Field<string>("text"),
                row.Nullable<string>("section"),
                row.Nullable<int?>("page"),
                row.Field<int>("token_count"),
                ChunkPlaces.Read(row.Nullable<string>("place")),
                row.Nullable<string>("lead"),
                row.Nullable<float[]>("dense") is { } vector ? Bytes(vector) : null);
            await WriteLineAsync(target, chunk, cancellationToken);
        }
    }

    private static byte[] Bytes(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return bytes;
    }

    private static async Task WriteLineAsync<T>(Stream target, T line, CancellationToken cancellationToken)
    {
        await target.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, TransferJson.Options), cancellationToken);
        await target.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    private async Task AuditAsync(string collection, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await audit.WriteAsync(
            connection, new AuditEntry(actor, "collection.export", collection, collection), cancellationToken);
    }

    /// <summary>A TAR that notes the checksum of each entry.</summary>
    private sealed class Archive(TarWriter tar, FileStream checksums, TimeProvider time)
    {
        public async Task AddAsync(string path, Stream body, CancellationToken cancellationToken)
        {
            body.Position = 0;
            var hash = await SHA256.HashDataAsync(body, cancellationToken);
            await WriteLineAsync(checksums, new TransferChecksum(path, Convert.ToHexStringLower(hash)), cancellationToken);
            await WriteAsync(path, body, cancellationToken);
        }

        public Task EndAsync(CancellationToken cancellationToken) =>
            WriteAsync(TransferPaths.Checksums, checksums, cancellationToken);

        private async Task WriteAsync(string path, Stream body, CancellationToken cancellationToken)
        {
            body.Position = 0;
            var entry = new PaxTarEntry(TarEntryType.RegularFile, path)
            {
                DataStream = body,
                ModificationTime = time.GetUtcNow(),
            };
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }
}
