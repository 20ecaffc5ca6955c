using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;

namespace RagAspire.Vectors.Embedding;

/// <summary>The term counts of a chunk, which are the same for every embedding model.</summary>
public sealed record ChunkTerms(Guid ChunkId, TermVector Terms);

/// <summary>
/// Rows of <c>embeddings</c>, from which every index can be filled without embedding again. A chunk has one row without a
/// model, which holds its terms, until it has a vector; then it has one for each model, of which points hold the configured one.
/// </summary>
public sealed class EmbeddingStore(NpgsqlDataSource dataSource, Embedder embedder)
{
    /// <summary>Writes the terms of new chunks inside the caller's transaction.</summary>
    public static async Task InsertTermsAsync(
        NpgsqlConnection connection, IReadOnlyList<ChunkTerms> rows, CancellationToken cancellationToken)
    {
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy embeddings (chunk_id, term_hashes, term_counts) from stdin (format binary)", cancellationToken);
        foreach (var row in rows)
        {
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(row.ChunkId, NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(
                Array.ConvertAll(row.Terms.Indices, hash => unchecked((int)hash)),
                NpgsqlDbType.Array | NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(row.Terms.Values, NpgsqlDbType.Array | NpgsqlDbType.Real, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    /// <summary>Replaces the terms of chunks, beside the vectors of any model, inside the caller's transaction.</summary>
    public static async Task UpdateTermsAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<Guid, TermVector> terms, CancellationToken cancellationToken)
    {
        foreach (var page in terms.Chunk(500))
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var (chunk, vector) in page)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(
                    "update embeddings set term_hashes = $2, term_counts = $3 where chunk_id = $1")
                {
                    Parameters =
                    {
                        new() { Value = chunk },
                        new() { Value = Array.ConvertAll(vector.Indices, hash => unchecked((int)hash)) },
                        new() { Value = vector.Values },
                    },
                });
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Writes the vectors of a model, in the order of the chunks, inside the caller's transaction. Vectors of chunks that are
    /// gone meanwhile are dropped.
    /// </summary>
    public static async Task SaveVectorsAsync(
        NpgsqlConnection connection, string model, Guid[] chunks, IReadOnlyList<float[]> vectors,
        CancellationToken cancellationToken)
    {
        if (chunks.Length == 0)
        {
            return;
        }

        // One array of all numbers: PostgreSQL has no array of arrays of different chunks that unnest would keep apart.
        await connection.Command("""
            insert into embeddings (chunk_id, model, dense, term_hashes, term_counts)
            select n.id, $1, ($3::real[])[(n.place - 1) * $4 + 1 : n.place * $4], t.term_hashes, t.term_counts
            from unnest($2::uuid[]) with ordinality n(id, place)
            cross join lateral (
                select term_hashes, term_counts from embeddings where chunk_id = n.id order by model = '' desc limit 1) t
            on conflict (chunk_id, model) do update set dense = excluded.dense, created_at = now()
            """, model, chunks, vectors.SelectMany(vector => vector).ToArray(), vectors[0].Length).ExecuteAsync(cancellationToken);
        await connection.Command("delete from embeddings where chunk_id = any($1) and model = ''", (object)chunks)
            .ExecuteAsync(cancellationToken);
    }

    /// <summary>The points of one version of a document, ready or not.</summary>
    public async Task<IReadOnlyList<IndexPoint>> PointsAsync(Guid documentId, int version, CancellationToken cancellationToken) =>
        await dataSource.Command(
            $"{Points(AllChunks)} where c.document_id = $2 and c.version = $3 order by c.ordinal", Model, documentId, version)
            .ListAsync(new PointReader().Read, cancellationToken);

    /// <summary>The points of some chunks of searched versions.</summary>
    public async Task<IReadOnlyList<IndexPoint>> ReadyPointsAsync(Guid[] chunks, CancellationToken cancellationToken) =>
        await dataSource.Command($"{Points("searchable_chunks")} where c.id = any($2)", Model, chunks)
            .ListAsync(new PointReader().Read, cancellationToken);

    /// <summary>The points of all searchable chunks, streamed.</summary>
    public IAsyncEnumerable<IndexPoint> ReadyPointsAsync(CancellationToken cancellationToken) =>
        StreamAsync(dataSource.Command(Points("searchable_chunks"), Model), cancellationToken);

    /// <summary>One of several parts of all searchable chunks, streamed. A document is in one part.</summary>
    /// <param name="part">At least 0, and less than <paramref name="parts"/>.</param>
    public IAsyncEnumerable<IndexPoint> ReadyPointsAsync(int part, int parts, CancellationToken cancellationToken) => StreamAsync(
        dataSource.Command(
            $"{Points("searchable_chunks")} where get_byte(uuid_send(c.document_id), 15) % $2 = $3", Model, parts, part),
        cancellationToken);

    /// <summary>The points of the searchable chunks of some documents, streamed.</summary>
    public IAsyncEnumerable<IndexPoint> ReadyPointsOfAsync(Guid[] documents, CancellationToken cancellationToken) => StreamAsync(
        dataSource.Command($"{Points("searchable_chunks")} where c.document_id = any($2)", Model, documents), cancellationToken);

    private static async IAsyncEnumerable<IndexPoint> StreamAsync(
        NpgsqlCommand all, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = all;
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var points = new PointReader();
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return points.Read(reader);
        }
    }

    /// <summary>The number of searchable chunks of all collections.</summary>
    public async Task<long> ReadyCountAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("select count(*) from searchable_chunks").ScalarAsync<long>(cancellationToken);

    /// <summary>All searchable chunks without their vectors, streamed.</summary>
    public async IAsyncEnumerable<IndexedChunk> ReadyChunksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command("""
            select c.id, c.document_id, c.version, bool_or(e.model = $1 and e.dense is not null)
            from searchable_chunks c join embeddings e on e.chunk_id = c.id
            group by c.id, c.document_id, c.version
            """, Model);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new IndexedChunk(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetBoolean(3));
        }
    }

    private const string AllChunks = """
        (
            select c.*, d.collection, d.tags, d.groups, d.name as document_name, d.content_type, d.size_bytes, d.created_at, d.metadata
            from documents d join chunks c on c.document_id = d.id)
        """;

    // The term counts are the same for every model, so a chunk without a vector of this model is still found by its words.
    private static string Points(string chunks) => $"""
        select {PointReader.Columns}
        from {chunks} c join lateral (
            select case when model = $1 then dense end as dense, term_hashes, term_counts
            from embeddings where chunk_id = c.id order by model = $1 desc limit 1) e on true
        """;

    private string Model => embedder.Model ?? "";
}
