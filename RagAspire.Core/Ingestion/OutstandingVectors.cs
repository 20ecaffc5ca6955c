using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Leases;
using RagAspire.Jobs;
using RagAspire.Usage;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>A searched version whose vectors are outstanding.</summary>
public sealed record WaitingDocument(Guid Id, int Version, string Collection);

/// <summary>A chunk without a vector.</summary>
/// <param name="Text">With its heading path.</param>
/// <param name="Usage">Whom its vector is counted for.</param>
public sealed record WaitingChunk(Guid Id, string Text, UsageContext Usage);

/// <summary>Chunks of several documents that are embedded together. The claim lasts until it is disposed.</summary>
/// <param name="Chunks">Empty when another worker finished the documents whose claim it had lost.</param>
public sealed record EmbeddingBatch(
    Guid ClaimId, IReadOnlyList<WaitingDocument> Documents, IReadOnlyList<WaitingChunk> Chunks, Lease Lease) : IAsyncDisposable
{
    public Guid[] DocumentIds => [.. Documents.Select(document => document.Id)];

    public ValueTask DisposeAsync() => Lease.DisposeAsync();
}

/// <summary>Chunks that wait for a vector, and for how long the first of them has waited.</summary>
public sealed record EmbeddingBacklog(long Chunks, double OldestSeconds);

/// <summary>
/// The searched documents whose vectors are outstanding: rows of <c>documents</c>, which workers claim in batches, newest first.
/// </summary>
/// <remarks>
/// A claim saves work and guards nothing: vectors are stored by chunk and model, so that two workers store the same. The claim
/// of a worker that was killed expires.
/// </remarks>
public sealed class OutstandingVectors(
    NpgsqlDataSource dataSource, ProgressFeed progress, IOptions<LeaseOptions> options, TimeProvider time)
{
    private const string Waiting = "ready_version is not null and embedded_model = $1 and embedded_count < chunk_count";

    /// <summary>Claims documents until their outstanding chunks fill a batch.</summary>
    /// <returns>Null when nothing waits that is not claimed.</returns>
    public async Task<EmbeddingBatch?> ClaimAsync(string model, int size, CancellationToken cancellationToken)
    {
        var (claim, duration) = (Guid.CreateVersion7(), options.Value.Duration);

        // A document of which the model refused a chunk comes after the others, and alone, so that it holds up no other.
        var documents = await dataSource.Command($"""
            with open as materialized (
                select id, embedding_attempts, indexed_at, chunk_count - embedded_count as missing from documents
                where {Waiting} and (embedding_claimed_until is null or embedding_claimed_until < now())
                order by embedding_attempts > 0, indexed_at desc, id
                limit $2 for no key update skip locked),
            placed as (
                select id, embedding_attempts, row_number() over places as place, sum(missing) over places - missing as before
                from open window places as (order by embedding_attempts > 0, indexed_at desc, id))
            update documents set embedding_claim = $3, embedding_claimed_until = now() + $4::interval
            where id in (select id from placed where place = 1 or (before < $2 and embedding_attempts = 0))
            returning id, ready_version, collection
            """, model, size, claim, duration).ListAsync(
            row => new WaitingDocument(row.GetGuid(0), row.GetInt32(1), row.GetString(2)), cancellationToken);
        if (documents.Count == 0)
        {
            return null;
        }

        Guid[] ids = [.. documents.Select(document => document.Id)];
        var lease = new Lease(duration / 3, time, token => HeartbeatAsync(ids, claim, duration, token));
        try
        {
            return new EmbeddingBatch(claim, documents, await ChunksAsync(model, ids, size, cancellationToken), lease);
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stores the vectors of a batch, counts what is done, and announces each document that is complete, in one transaction.
    /// </summary>
    public async Task CompleteAsync(
        EmbeddingBatch batch, string model, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // In the order in which a deletion locks them: the document, then its chunks, then the change feed.
        await connection.Command("select from documents where id = any($1) order by depth, id for no key update", (object)batch.DocumentIds)
            .ExecuteAsync(cancellationToken);
        await EmbeddingStore.SaveVectorsAsync(
            connection, model, [.. batch.Chunks.Select(chunk => chunk.Id)], vectors, cancellationToken);
        var documents = await connection.Command($"""
            update documents set embedding_claim = null, embedding_claimed_until = null, embedding_attempts = 0,
                embedded_count = chunk_count - (
                    select count(*) from searchable_chunks c where c.document_id = documents.id and not exists (
                        select from embeddings e where e.chunk_id = c.id and e.model = $2 and e.dense is not null))
            where id = any($1) and embedded_model = $2
            returning {DocumentRows.Columns}
            """, batch.DocumentIds, model).ListAsync(DocumentRows.Read, cancellationToken);
        var changed = Changed(batch, documents);
        await DocumentChanges.AppendAsync(
            connection, [.. changed.Select(each => each.Id)], [.. changed.Select(each => each.Collection)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var document in documents)
        {
            await progress.PublishAsync(document);
        }
    }

    /// <summary>Gives a batch back: at once, or after a pause that grows when the model refused it.</summary>
    public async Task ReleaseAsync(EmbeddingBatch batch, bool isRefused, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            update documents set embedding_claim = null, embedding_attempts = embedding_attempts + $2,
                embedding_claimed_until =
                    case when $2 > 0 then now() + least(interval '15 s' * 2 ^ embedding_attempts, interval '10 min') end
            where id = any($1) and embedding_claim = $3
            """, batch.DocumentIds, isRefused ? 1 : 0, batch.ClaimId).ExecuteAsync(cancellationToken);

    /// <summary>What waits for vectors of a model.</summary>
    public async Task<EmbeddingBacklog> BacklogAsync(string model, CancellationToken cancellationToken) =>
        (await dataSource.Command($"""
            select coalesce(sum(chunk_count - embedded_count), 0)::bigint,
                coalesce(extract(epoch from now() - min(indexed_at)), 0)::float8
            from documents where {Waiting}
            """, model).FirstAsync(row => new EmbeddingBacklog(row.GetInt64(0), row.GetDouble(1)), cancellationToken))!;

    /// <summary>
    /// The documents that are complete, and those that were deleted or replaced meanwhile: a shared index has points of them,
    /// which another change in the feed removes.
    /// </summary>
    private static List<WaitingDocument> Changed(EmbeddingBatch batch, List<Document> documents)
    {
        var now = documents.ToDictionary(document => document.Id);
        return [.. batch.Documents.Where(claimed => !now.TryGetValue(claimed.Id, out var document)
            || document.ReadyVersion != claimed.Version || document.Embedding is { IsDone: true })];
    }

    private async Task<List<WaitingChunk>> ChunksAsync(string model, Guid[] ids, int size, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select c.id, c.section, c.text, coalesce(d.uploaded_by, $4), d.collection
            from searchable_chunks c join documents d on d.id = c.document_id
            where d.id = any($2) and not exists (
                select from embeddings e where e.chunk_id = c.id and e.model = $1 and e.dense is not null)
            order by d.indexed_at desc, d.id, c.ordinal
            limit $3
            """, model, ids, size, UsageContext.SystemKey).ListAsync(
            row => new WaitingChunk(
                row.GetGuid(0),
                ChunkText.Of(row.Nullable<string>("section"), row.GetString(2)),
                new UsageContext(row.GetString(3), row.GetString(4), UsageKind.Ingestion)),
            cancellationToken);

    /// <summary>While the database is away the claim is not lost: it may still be extended before it expires.</summary>
    private async Task<bool> HeartbeatAsync(Guid[] ids, Guid claim, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            return await dataSource.Command(
                "update documents set embedding_claimed_until = now() + $3::interval where id = any($1) and embedding_claim = $2",
                ids, claim, duration)
                .ExecuteAsync(cancellationToken) > 0;
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            return true;
        }
    }
}
