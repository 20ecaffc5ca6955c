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

/// <summary>Writes the chunks of a version and their terms, by which they are found at once. Idempotent.</summary>
/// <remarks>Short documents that come at the same time are written in one transaction.</remarks>
public sealed class ChunkWriter
{
    private const int AtOnce = 64;
    private const int MaxGroupedChunks = 100;

    private readonly NpgsqlDataSource _dataSource;
    private readonly Bm25Encoder _terms;
    private readonly GroupedCalls<WrittenVersion, bool> _calls;

    public ChunkWriter(NpgsqlDataSource dataSource, Bm25Encoder terms)
    {
        (_dataSource, _terms) = (dataSource, terms);
        _calls = new GroupedCalls<WrittenVersion, bool>(AtOnce, TogetherAsync, AloneAsync);
    }

    /// <summary>Names the way in which the terms are made.</summary>
    public string Analysis => _terms.Analysis;

    /// <param name="name">The file name, whose words are terms of each chunk.</param>
    public async Task<IReadOnlyList<StoredChunk>> WriteAsync(
        Guid documentId, int version, string name, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        var stored = chunks.Select(chunk => new StoredChunk(ChunkId(documentId, version, chunk.Ordinal), chunk)).ToList();
        var terms = stored.Select(chunk => new ChunkTerms(
            chunk.Id, _terms.EncodeChunk(name, chunk.Chunk.Section, chunk.Chunk.Text))).ToList();
        var written = new WrittenVersion(documentId, version, stored, terms);
        await (chunks.Count <= MaxGroupedChunks
            ? _calls.AnswerAsync(written, cancellationToken) : AloneAsync(written, cancellationToken));
        return stored;
    }

    /// <summary>
    /// Writes those whose documents are not locked by others; it waits for none, so that it can be part of no deadlock.
    /// </summary>
    private async Task<IReadOnlyDictionary<WrittenVersion, bool>> TogetherAsync(
        IReadOnlyList<WrittenVersion> group, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var held = await connection.Command(
            "select id from documents where id = any($1) order by id for key share skip locked",
            (object)group.Select(version => version.DocumentId).ToArray())
            .ListAsync(row => row.GetGuid(0), cancellationToken);
        var written = group.Where(version => held.Contains(version.DocumentId)).ToList();
        await WriteAsync(connection, written, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return written.ToDictionary(version => version, _ => true);
    }

    private async Task<bool> AloneAsync(WrittenVersion version, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await WriteAsync(connection, [version], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<WrittenVersion> versions, CancellationToken cancellationToken)
    {
        // The switch to this version waits for the disk, and with it what was written before.
        await connection.Command($"select from {Commands.WithoutFlush}").ExecuteAsync(cancellationToken);
        List<(WrittenVersion Version, StoredChunk Chunk)> chunks =
            [.. versions.SelectMany(version => version.Chunks.Select(chunk => (version, chunk)))];

        // Equal chunks of an interrupted run are kept together with their terms.
        await connection.Command("""
            delete from chunks c using unnest($1::uuid[], $2::int[]) as v(id, version)
            where c.document_id = v.id and c.version = v.version and not (
                exists (select from unnest($3::uuid[], $4::text[]) as n(id, text) where n.id = c.id and n.text = c.text)
                and exists (select from embeddings e where e.chunk_id = c.id))
            """,
            Column(versions, version => version.DocumentId),
            Column(versions, version => version.Version),
            Column(chunks, row => row.Chunk.Id),
            Column(chunks, row => row.Chunk.Chunk.Text)).ExecuteAsync(cancellationToken);
        var added = (await connection.Command("""
            insert into chunks (id, document_id, version, ordinal, text, page, section, token_count, place, lead)
            select n.id, n.document_id, n.version, n.ordinal, n.text, n.page, n.section, n.token_count, n.place::jsonb, n.lead
            from unnest($1::uuid[], $2::int[], $3::uuid[], $4::int[], $5::text[], $6::int[], $7::text[], $8::int[], $9::text[], $10::text[])
                as n(document_id, version, id, ordinal, text, page, section, token_count, place, lead)
            on conflict (id) do update set place = excluded.place, lead = excluded.lead
            where chunks.place is distinct from excluded.place or chunks.lead is distinct from excluded.lead
            returning id, xmax = 0
            """,
            Column(chunks, row => row.Version.DocumentId),
            Column(chunks, row => row.Version.Version),
            Column(chunks, row => row.Chunk.Id),
            Column(chunks, row => row.Chunk.Chunk.Ordinal),
            Column(chunks, row => row.Chunk.Chunk.Text),
            Column(chunks, row => row.Chunk.Chunk.Page),
            Column(chunks, row => row.Chunk.Chunk.Section),
            Column(chunks, row => row.Chunk.Chunk.TokenCount),
            Column(chunks, row => ChunkPlaces.Write(row.Chunk.Chunk.Place)),
            Column(chunks, row => row.Chunk.Chunk.Lead))
            .ListAsync(row => (Id: row.GetGuid(0), IsNew: row.GetBoolean(1)), cancellationToken))
            .Where(row => row.IsNew).Select(row => row.Id).ToHashSet();
        await EmbeddingStore.InsertTermsAsync(
            connection,
            [.. versions.SelectMany(version => version.Terms).Where(chunk => added.Contains(chunk.ChunkId))],
            cancellationToken);
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

    private static TValue[] Column<T, TValue>(IEnumerable<T> rows, Func<T, TValue> value) => [.. rows.Select(value)];

    private sealed record WrittenVersion(
        Guid DocumentId, int Version, IReadOnlyList<StoredChunk> Chunks, IReadOnlyList<ChunkTerms> Terms);
}
