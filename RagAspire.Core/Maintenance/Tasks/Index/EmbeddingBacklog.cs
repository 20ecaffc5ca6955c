using Npgsql;
using RagAspire.Database;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>A chunk without a vector of a model.</summary>
public sealed record UnembeddedChunk(Guid Id, string Text, string? Section);

/// <summary>The searchable chunks without a vector of one model.</summary>
public sealed class EmbeddingBacklog(NpgsqlDataSource dataSource, EmbeddingStore embeddings, TimeProvider time)
{
    private const string Missing = """
        from searchable_chunks c
        where not exists (select from embeddings e where e.chunk_id = c.id and e.model = $1 and e.dense is not null)
        """;

    public async Task<long> CountAsync(string model, CancellationToken cancellationToken) =>
        await dataSource.Command($"select count(*) {Missing}", model).ScalarAsync<long>(cancellationToken);

    /// <summary>A page in the order of the ids, so that a scan does not read again the chunks of the pages before.</summary>
    /// <param name="after">The last id of the previous page; empty for the first page.</param>
    public async Task<IReadOnlyList<UnembeddedChunk>> NextAsync(
        string model, Guid after, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command(
            $"select c.id, c.text, c.section {Missing} and c.id > $2 order by c.id limit $3", model, after, limit).ListAsync(
            row => new UnembeddedChunk(row.GetGuid(0), row.GetString(1), row.Nullable<string>("section")), cancellationToken);

    public Task SaveAsync(IReadOnlyList<ChunkEmbedding> rows, CancellationToken cancellationToken) =>
        embeddings.SaveAsync(rows, cancellationToken);

    /// <summary>Deletes the vectors of other models for chunks that have one of this model.</summary>
    /// <returns>The number of deleted rows.</returns>
    public Task<long> DeleteOthersAsync(string model, CancellationToken cancellationToken) =>
        new Throttle(200, 1_000, time).DeleteAllAsync(
            rows => dataSource.Command("""
                delete from embeddings where (chunk_id, model) in (
                    select e.chunk_id, e.model from embeddings e
                    where e.model <> $1 and exists (
                        select from embeddings o where o.chunk_id = e.chunk_id and o.model = $1 and o.dense is not null)
                    limit $2)
                """, model, rows).ExecuteAsync(cancellationToken),
            progress: null,
            cancellationToken);
}
