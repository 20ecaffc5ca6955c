using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Vectors.Embedding;

/// <summary>
/// The vectors of one chunk as PostgreSQL stores them. Every index can be rebuilt from them without embedding again.
/// </summary>
/// <param name="Model">The embedding model; null where there was none.</param>
public sealed record ChunkEmbedding(Guid ChunkId, string? Model, float[]? Dense, TermVector Terms);

/// <summary>
/// Rows of <c>embeddings</c>, and the points that indexes are filled with. Points hold vectors of the configured model; rows of
/// other models may exist while a switch to a new model is prepared.
/// </summary>
public sealed class EmbeddingStore(NpgsqlDataSource dataSource, Embedder embedder)
{
    /// <summary>Which of a version's chunks have no vectors of this model yet.</summary>
    public async Task<HashSet<Guid>> MissingAsync(
        Guid documentId, int version, string? model, CancellationToken cancellationToken) =>
        [.. await dataSource.Command("""
            select c.id from chunks c
            where c.document_id = $1 and c.version = $2 and not exists (
                select from embeddings e where e.chunk_id = c.id and e.model = $3)
            """, documentId, version, model ?? "").ListAsync(row => row.GetGuid(0), cancellationToken)];

    public async Task SaveAsync(IReadOnlyList<ChunkEmbedding> embeddings, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var embedding in embeddings)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("""
                insert into embeddings (chunk_id, model, dense, term_hashes, term_counts) values ($1, $2, $3, $4, $5)
                on conflict (chunk_id, model) do update set dense = excluded.dense,
                    term_hashes = excluded.term_hashes, term_counts = excluded.term_counts, created_at = now()
                """)
            {
                Parameters =
                {
                    new() { Value = embedding.ChunkId },
                    new() { Value = embedding.Model ?? "" },
                    new()
                    {
                        Value = (object?)embedding.Dense ?? DBNull.Value,
                        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Real,
                    },
                    new() { Value = Array.ConvertAll(embedding.Terms.Indices, hash => unchecked((int)hash)) },
                    new() { Value = embedding.Terms.Values },
                },
            });
        }

        // One batch is one implicit transaction.
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The points of one version of a document, ready or not.</summary>
    public async Task<IReadOnlyList<IndexPoint>> PointsAsync(Guid documentId, int version, CancellationToken cancellationToken) =>
        await dataSource.Command(
            $"{Points(AllChunks)} where c.document_id = $2 and c.version = $3 order by c.ordinal", Model, documentId, version)
            .ListAsync(ReadPoint, cancellationToken);

    /// <summary>The points of all searchable chunks, streamed.</summary>
    public async IAsyncEnumerable<IndexPoint> ReadyPointsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(Points("searchable_chunks"), Model);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return ReadPoint(reader);
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

    private const string AllChunks = "(select c.*, d.collection, d.tags from documents d join chunks c on c.document_id = d.id)";

    // The term counts are the same for every model, so a chunk without a vector of this model is still found by its words.
    private static string Points(string chunks) => $"""
        select c.id, c.document_id, c.version, c.collection, c.tags, e.dense, e.term_hashes, e.term_counts
        from {chunks} c join lateral (
            select case when model = $1 then dense end as dense, term_hashes, term_counts
            from embeddings where chunk_id = c.id order by model = $1 desc limit 1) e on true
        """;

    private string Model => embedder.Model ?? "";

    private static IndexPoint ReadPoint(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.GetInt32(2),
        row.GetString(3),
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(4))!,
        new TermVector(
            Array.ConvertAll(row.GetFieldValue<int[]>(6), hash => unchecked((uint)hash)), row.GetFieldValue<float[]>(7)),
        row.IsDBNull(5) ? null : row.GetFieldValue<float[]>(5));
}
