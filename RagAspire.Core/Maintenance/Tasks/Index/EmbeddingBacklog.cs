using Npgsql;
using RagAspire.Database;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>A chunk that a model has not seen.</summary>
public sealed record UnembeddedChunk(Guid Id, string Text, string? Section);

/// <summary>Searched chunks without a vector of one model.</summary>
public sealed class EmbeddingBacklog(NpgsqlDataSource dataSource, EmbeddingStore embeddings)
{
    private const string Missing = """
        from searchable_chunks c
        where not exists (select from embeddings e where e.chunk_id = c.id and e.model = $1 and e.dense is not null)
        """;

    public async Task<long> CountAsync(string model, CancellationToken cancellationToken) =>
        await dataSource.Command($"select count(*) {Missing}", model).ScalarAsync<long>(cancellationToken);

    /// <summary>The next ones in the order of their ids, so that no page looks again at what those before it have done.</summary>
    /// <param name="after">The last one of the page before; empty for the first page.</param>
    public async Task<IReadOnlyList<UnembeddedChunk>> NextAsync(string model, Guid after, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command($"select c.id, c.text, c.section {Missing} and c.id > $2 order by c.id limit $3", model, after, limit)
            .ListAsync(row => new UnembeddedChunk(row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2)), cancellationToken);

    public Task SaveAsync(IReadOnlyList<ChunkEmbedding> rows, CancellationToken cancellationToken) => embeddings.SaveAsync(rows, cancellationToken);

    /// <summary>Drops the vectors of other models where there are some of this one.</summary>
    public async Task<long> DropOthersAsync(string model, CancellationToken cancellationToken)
    {
        var pace = new Throttle(200, 1_000, TimeProvider.System);
        var (dropped, batch) = (0L, 0);
        do
        {
            batch = await pace.StepAsync(rows => DropAsync(model, rows, cancellationToken), cancellationToken);
            dropped += batch;
        }
        while (batch > 0);
        return dropped;
    }

    private Task<int> DropAsync(string model, int rows, CancellationToken cancellationToken) => dataSource.Command("""
        delete from embeddings where (chunk_id, model) in (
            select e.chunk_id, e.model from embeddings e
            where e.model <> $1 and exists (select from embeddings o where o.chunk_id = e.chunk_id and o.model = $1 and o.dense is not null)
            limit $2)
        """, model, rows).ExecuteAsync(cancellationToken);
}
