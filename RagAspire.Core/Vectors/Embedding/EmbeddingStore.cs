using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Vectors.Embedding;

/// <summary>The vectors of one chunk as PostgreSQL keeps them, so that every index can be rebuilt without embedding again.</summary>
/// <param name="Model">The embedding model; null where there was none.</param>
public sealed record ChunkEmbedding(Guid ChunkId, string? Model, float[]? Dense, TermVector Terms);

/// <summary>
/// Rows of <c>embeddings</c>, and the points that indexes are made of. Points have the vectors of this process' own model:
/// rows of other models may stand beside them while a new model is made ready.
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
        await dataSource.Command($"{SelectPoints} where c.document_id = $2 and c.version = $3 order by c.ordinal", Model, documentId, version)
            .ListAsync(ReadPoint, cancellationToken);

    /// <summary>The points of all versions that are searched, as they are read.</summary>
    public async IAsyncEnumerable<IndexPoint> ReadyPointsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command($"{SelectPoints} where c.version = d.ready_version", Model);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return ReadPoint(reader);
        }
    }

    /// <summary>How many chunks are to be searched, in all collections.</summary>
    public async Task<long> ReadyCountAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("select count(*) from documents d join chunks c on c.document_id = d.id and c.version = d.ready_version")
            .ScalarAsync<long>(cancellationToken);

    /// <summary>The chunks of all versions that are searched, without what they are made of.</summary>
    public async IAsyncEnumerable<IndexedChunk> ReadyChunksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command("""
            select c.id, c.document_id, c.version, bool_or(e.model = $1 and e.dense is not null)
            from documents d join chunks c on c.document_id = d.id and c.version = d.ready_version join embeddings e on e.chunk_id = c.id
            group by c.id
            """, Model);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new IndexedChunk(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetBoolean(3));
        }
    }

    // The terms are the same beside every model, so that a chunk that this model has not seen is found by its words.
    private const string SelectPoints = """
        select c.id, c.document_id, c.version, d.collection, d.tags, e.dense, e.term_hashes, e.term_counts
        from documents d join chunks c on c.document_id = d.id join lateral (
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
