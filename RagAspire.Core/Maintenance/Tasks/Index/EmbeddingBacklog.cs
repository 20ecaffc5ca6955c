using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>A chunk without a vector of a model.</summary>
public sealed record UnembeddedChunk(Guid Id, string Text, string? Section);

/// <summary>The chunks without a vector of a model.</summary>
/// <param name="Tokens">Of their texts, as they were counted when the chunks were cut.</param>
public sealed record MissingVectors(long Chunks, long Tokens);

/// <summary>The searchable chunks without a vector of one model.</summary>
public sealed class EmbeddingBacklog(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const int Page = 500;

    private const string Missing = """
        from searchable_chunks c
        where not exists (select from embeddings e where e.chunk_id = c.id and e.model = $1 and e.dense is not null)
        """;

    public async Task<MissingVectors> CountAsync(string model, CancellationToken cancellationToken) =>
        (await dataSource.Command($"select count(*), coalesce(sum(c.token_count), 0)::bigint {Missing}", model)
            .ListAsync(row => new MissingVectors(row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];

    /// <summary>A page in the order of the ids, so that a scan does not read again the chunks of the pages before.</summary>
    /// <param name="after">The last id of the previous page; empty for the first page.</param>
    public async Task<IReadOnlyList<UnembeddedChunk>> NextAsync(
        string model, Guid after, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command(
            $"select c.id, c.text, c.section {Missing} and c.id > $2 order by c.id limit $3", model, after, limit).ListAsync(
            row => new UnembeddedChunk(row.GetGuid(0), row.GetString(1), row.Nullable<string>("section")), cancellationToken);

    public async Task SaveAsync(
        string model, IReadOnlyList<UnembeddedChunk> page, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("select from chunks where id = any($1) order by id for key share", (object)Ids(page))
            .ExecuteAsync(cancellationToken);
        await EmbeddingStore.SaveVectorsAsync(connection, model, Ids(page), vectors, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Counts the vectors of this model in every document that did not know of them, and announces the changed documents.
    /// </summary>
    public async Task CountAsDoneAsync(string model, CancellationToken cancellationToken)
    {
        while (await CountPageAsDoneAsync(model, cancellationToken) == Page)
        {
        }
    }

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

    private async Task<int> CountPageAsDoneAsync(string model, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var documents = await connection.Command($"""
            update documents d set embedded_model = $1, embedded_count = chunk_count, embedding_attempts = 0
            where id in (
                select id from documents o where ready_version is not null
                    and (embedded_model is distinct from $1 or embedded_count < chunk_count)
                    and not exists (select {Missing} and c.document_id = o.id)
                order by id limit $2 for no key update)
            returning id, collection
            """, model, Page).ListAsync(row => (Id: row.GetGuid(0), Collection: row.GetString(1)), cancellationToken);
        await DocumentChanges.AppendAsync(
            connection,
            [.. documents.Select(each => each.Id)],
            [.. documents.Select(each => each.Collection)],
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return documents.Count;
    }

    private static Guid[] Ids(IReadOnlyList<UnembeddedChunk> page) => [.. page.Select(chunk => chunk.Id)];
}
