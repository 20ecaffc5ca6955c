using Npgsql;
using RagAspire.Database;
using RagAspire.Vectors;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>A chunk that a model has not seen.</summary>
public sealed record UnembeddedChunk(Guid Id, string Text, string? Section);

/// <summary>Searched chunks without a vector of one model.</summary>
public sealed class EmbeddingBacklog(NpgsqlDataSource dataSource, EmbeddingStore embeddings)
{
    private const string Missing = """
        from documents d join chunks c on c.document_id = d.id and c.version = d.ready_version
        where not exists (select from embeddings e where e.chunk_id = c.id and e.model = $1 and e.dense is not null)
        """;

    public async Task<long> CountAsync(string model, CancellationToken cancellationToken) =>
        await dataSource.Command($"select count(*) {Missing}", model).ScalarAsync<long>(cancellationToken);

    public async Task<IReadOnlyList<UnembeddedChunk>> NextAsync(string model, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command($"select c.id, c.text, c.section {Missing} limit $2", model, limit)
            .ListAsync(row => new UnembeddedChunk(row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2)), cancellationToken);

    public Task SaveAsync(IReadOnlyList<ChunkEmbedding> rows, CancellationToken cancellationToken) => embeddings.SaveAsync(rows, cancellationToken);

    /// <summary>Drops the vectors of other models where there are some of this one.</summary>
    public async Task<long> DropOthersAsync(string model, CancellationToken cancellationToken)
    {
        var (dropped, batch) = (0L, 0);
        do
        {
            batch = await dataSource.Command("""
                delete from embeddings where (chunk_id, model) in (
                    select e.chunk_id, e.model from embeddings e
                    where e.model <> $1 and exists (select from embeddings o where o.chunk_id = e.chunk_id and o.model = $1 and o.dense is not null)
                    limit 1000)
                """, model).ExecuteAsync(cancellationToken);
            dropped += batch;
        }
        while (batch > 0);
        return dropped;
    }
}
