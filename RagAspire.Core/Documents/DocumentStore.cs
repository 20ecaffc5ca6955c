using System.Diagnostics;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Children;
using RagAspire.Metadata;
using RagAspire.Security;

namespace RagAspire.Documents;

/// <summary>Selects the documents of a page.</summary>
/// <param name="Text">Full text over the chunks; null for all.</param>
/// <param name="After">The last id of the previous page; null for the first page.</param>
/// <param name="Limit">1–200.</param>
public sealed record DocumentFilter(string Collection, DocumentStatus? Status, string? Text, Guid? After, int Limit)
{
    /// <summary>The id in the client's system; null for all.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Documents of these groups and those without groups; null for all documents.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>What they must fulfil; null for all.</summary>
    public MetadataFilter? Metadata { get; init; }

    /// <summary>The document that they were inside of; null for all.</summary>
    public Guid? ParentId { get; init; }
}

/// <summary>What went with a deleted document.</summary>
/// <param name="Chunks">Of all its versions and of the documents inside of it.</param>
/// <param name="Vectors">Of these chunks those that were embedded by a model.</param>
/// <param name="Children">The documents that were inside of it and went with it.</param>
public sealed record DeletedDocument(Guid DocumentId, string Collection, int Chunks, int Vectors, int Children);

/// <summary>Reads, lists and deletes documents, and retries failed ones.</summary>
public sealed class DocumentStore(NpgsqlDataSource dataSource, AuditLog audit, DocumentTrees trees)
{
    public async Task<Document?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await dataSource.Command($"select {DocumentRows.Columns} from documents where id = $1", id)
            .FirstAsync(DocumentRows.Read, cancellationToken);

    /// <summary>A page in the order of upload.</summary>
    public async Task<Page<Document>> ListAsync(DocumentFilter filter, CancellationToken cancellationToken)
    {
        var metadata = FilterSql.Of(filter.Metadata, "documents", "name", first: 9);
        var rows = await dataSource.Command($"""
            select {DocumentRows.Columns} from documents
            where collection = $1
              and ($2::text is null or status = $2)
              and ($3::text is null or exists (
                  select from searchable_chunks c where c.document_id = documents.id
                  and c.search @@ websearch_to_tsquery('english', $3)))
              and ($4::uuid is null or id > $4)
              and ($6::text is null or external_id = $6)
              and ($7::uuid is null or parent_id = $7)
              and ($8::text[] is null or cardinality(groups) = 0 or groups && $8)
              and {metadata.Condition}
            order by id
            limit $5
            """,
            [
                filter.Collection, filter.Status?.Word(), filter.Text, filter.After, filter.Limit + 1, filter.ExternalId,
                filter.ParentId, filter.Groups?.ToArray(), .. metadata.Values,
            ])
            .ListAsync(DocumentRows.Read, cancellationToken);
        return Page.From(rows, filter.Limit, row => row.Id.ToString());
    }

    /// <summary>
    /// Deletes a document with its versions and chunks and the documents inside of it, and appends the changes that remove them
    /// from the index.
    /// </summary>
    /// <returns>What went with it; null when there is none.</returns>
    public async Task<DeletedDocument?> DeleteAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var deleted = await trees.DeleteAsync(connection, [id], actor, cancellationToken);
        if (deleted.Count == 0)
        {
            return null;
        }

        await DocumentChanges.AppendAsync(
            connection, [.. deleted.Select(row => row.Id)], [.. deleted.Select(row => row.Collection)], cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken);
        return new DeletedDocument(
            id, deleted[0].Collection, deleted.Sum(row => row.Chunks), deleted.Sum(row => row.Vectors), deleted.Count - 1);
    }

    /// <summary>
    /// Waits until a synchronous standby, where PostgreSQL has one, knows all that was committed before: a client
    /// that repeats a deletion after a 503 takes the absence of the document for its acknowledgement.
    /// </summary>
    /// <exception cref="NpgsqlException">It is not known to be there: the same call may be repeated.</exception>
    public async Task ConfirmAbsenceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Only a transaction that has written something waits.
        await connection.Command("select pg_logical_emit_message(true, 'ragaspire', '')").ExecuteAsync(cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken);
    }

    /// <summary>Makes a failed document wait for processing again.</summary>
    /// <returns>False when it is not failed.</returns>
    public async Task<bool> RetryAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var collection = await connection.Command("""
            update documents set status = 'pending', stage = null, progress = 0, attempts = 0, error = null, updated_at = now(),
                due_at = now(), trace_parent = $2
            where id = $1 and status = 'failed' returning collection
            """, id, Activity.Current?.Id).ScalarAsync<string>(cancellationToken);
        if (collection is null)
        {
            return false;
        }

        await audit.WriteAsync(connection, new AuditEntry(actor, "document.retry", id.ToString(), collection), cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken);
        return true;
    }

    /// <summary>Makes documents whose lease expired wait again.</summary>
    public async Task<IReadOnlyList<Guid>> ReleaseExpiredAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("""
            update documents set status = 'pending', claim_id = null, claimed_until = null, updated_at = now()
            where status = 'processing' and claimed_until < now() returning id
            """).ListAsync(row => row.GetGuid(0), cancellationToken);
}
