using System.Buffers.Binary;
using System.Security.Cryptography;
using Npgsql;
using RagAspire.Database;
using RagAspire.Ingestion.Chunking;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Terms;

namespace RagAspire.Ingestion;

/// <summary>A chunk with the id under which it is stored.</summary>
public sealed record StoredChunk(Guid Id, Chunk Chunk);

/// <summary>Writes the chunks of one version and their terms, by which they are found at once. Idempotent.</summary>
public sealed class ChunkWriter(NpgsqlDataSource dataSource, Bm25Encoder terms)
{
    /// <summary>Names the way in which the terms are made.</summary>
    public string Analysis => terms.Analysis;

    /// <param name="name">The file name, whose words are terms of each chunk.</param>
    public async Task<IReadOnlyList<StoredChunk>> WriteAsync(
        Guid documentId, int version, string name, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        var stored = chunks.Select(chunk => new StoredChunk(ChunkId(documentId, version, chunk.Ordinal), chunk)).ToList();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // The switch to this version waits for the disk, and with it what was written before.
        await connection.Command($"select from {Commands.WithoutFlush}").ExecuteAsync(cancellationToken);

        // Equal chunks of an interrupted run are kept together with their terms.
        await connection.Command("""
            delete from chunks c where document_id = $1 and version = $2 and not (
                exists (select from unnest($3::uuid[], $4::text[]) as n(id, text) where n.id = c.id and n.text = c.text)
                and exists (select from embeddings e where e.chunk_id = c.id))
            """, documentId, version, Column(stored, c => c.Id), Column(stored, c => c.Chunk.Text)).ExecuteAsync(cancellationToken);
        var added = (await connection.Command("""
            insert into chunks (id, document_id, version, ordinal, text, page, section, token_count, place, lead)
            select n.id, $1, $2, n.ordinal, n.text, n.page, n.section, n.token_count, n.place::jsonb, n.lead
            from unnest($3::uuid[], $4::int[], $5::text[], $6::int[], $7::text[], $8::int[], $9::text[], $10::text[])
                as n(id, ordinal, text, page, section, token_count, place, lead)
            on conflict (id) do update set place = excluded.place, lead = excluded.lead
            where chunks.place is distinct from excluded.place or chunks.lead is distinct from excluded.lead
            returning id, xmax = 0
            """,
            documentId,
            version,
            Column(stored, c => c.Id),
            Column(stored, c => c.Chunk.Ordinal),
            Column(stored, c => c.Chunk.Text),
            Column(stored, c => c.Chunk.Page),
            Column(stored, c => c.Chunk.Section),
            Column(stored, c => c.Chunk.TokenCount),
            Column(stored, c => ChunkPlaces.Write(c.Chunk.Place)),
            Column(stored, c => c.Chunk.Lead))
            .ListAsync(row => (Id: row.GetGuid(0), IsNew: row.GetBoolean(1)), cancellationToken))
            .Where(row => row.IsNew).Select(row => row.Id).ToHashSet();
        await EmbeddingStore.InsertTermsAsync(
            connection,
            [.. stored.Where(chunk => added.Contains(chunk.Id))
                .Select(chunk => new ChunkTerms(chunk.Id, terms.EncodeChunk(name, chunk.Chunk.Section, chunk.Chunk.Text)))],
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return stored;
    }

    /// <summary>
    /// A hash of document, version and ordinal (RFC 9562 version 8), so that a retry finds the rows of the first run.
    /// </summary>
    internal static Guid ChunkId(Guid documentId, int version, int ordinal)
    {
        Span<byte> name = stackalloc byte[24];
        documentId.TryWriteBytes(name, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(name[16..], version);
        BinaryPrimitives.WriteInt32BigEndian(name[20..], ordinal);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(name, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static T[] Column<T>(IEnumerable<StoredChunk> chunks, Func<StoredChunk, T> value) => [.. chunks.Select(value)];
}
