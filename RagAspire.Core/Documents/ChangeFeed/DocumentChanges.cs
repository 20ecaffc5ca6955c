using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents.ChangeFeed;

/// <summary>The searchable chunks of a document changed.</summary>
/// <param name="AreLabels">Its labels changed, such as tags and groups, and its text did not.</param>
public sealed record DocumentChange(long Sequence, Guid DocumentId, string Collection, bool AreLabels = false);

/// <summary>The change feed: a log of changes to the searchable chunks, from which every index is kept in step.</summary>
public sealed class DocumentChanges(NpgsqlDataSource dataSource)
{
    /// <summary>The channel on which PostgreSQL announces new changes and moved cursors.</summary>
    public const string Channel = "index_changes";

    /// <summary>
    /// Appends a change inside the caller's transaction. The lock is held until the commit and makes the order of sequence
    /// numbers the order of commits: a reader that has seen one number has seen all smaller ones.
    /// </summary>
    public static Task AppendAsync(
        NpgsqlConnection connection, Guid documentId, string collection, CancellationToken cancellationToken) =>
        AppendAsync(connection, [documentId], [collection], cancellationToken);

    /// <summary>Appends a change of labels: an index that all processes share is written again by the worker.</summary>
    internal static Task AppendLabelsAsync(
        NpgsqlConnection connection, Guid[] documents, string collection, CancellationToken cancellationToken) =>
        AppendAsync(connection, documents, [.. documents.Select(_ => collection)], areLabels: true, cancellationToken);

    /// <summary>Appends one change for each document, and announces them together.</summary>
    internal static Task AppendAsync(
        NpgsqlConnection connection, Guid[] documents, string[] collections, CancellationToken cancellationToken) =>
        AppendAsync(connection, documents, collections, areLabels: false, cancellationToken);

    private static async Task AppendAsync(
        NpgsqlConnection connection, Guid[] documents, string[] collections, bool areLabels, CancellationToken cancellationToken)
    {
        if (documents.Length == 0)
        {
            return;
        }

        await connection.Command("select pg_advisory_xact_lock($1)", AdvisoryLocks.ChangeFeed).ExecuteAsync(cancellationToken);
        await connection.Command("""
            with changes as (
                insert into index_changes (document_id, collection, labels_changed)
                select changed.*, $4 from unnest($1::uuid[], $2::text[]) changed returning seq)
            select pg_notify($3, max(seq)::text) from changes
            """, documents, collections, Channel, areLabels).ExecuteAsync(cancellationToken);
    }

    /// <summary>Appends a change in a transaction that holds nothing else.</summary>
    public async Task AppendAsync(Guid documentId, string collection, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AppendAsync(connection, documentId, collection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The next changes in order.</summary>
    public async Task<IReadOnlyList<DocumentChange>> AfterAsync(long sequence, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await AfterAsync(connection, sequence, limit, cancellationToken);
    }

    internal static async Task<IReadOnlyList<DocumentChange>> AfterAsync(
        NpgsqlConnection connection, long sequence, int limit, CancellationToken cancellationToken) =>
        await connection.Command(
            "select seq, document_id, collection, labels_changed from index_changes where seq > $1 order by seq limit $2", sequence, limit)
            .ListAsync(
                row => new DocumentChange(row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetBoolean(3)),
                cancellationToken);

    /// <summary>The newest sequence number of each collection.</summary>
    public async Task<IReadOnlyDictionary<string, long>> NewestAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command("select collection, max(seq) from index_changes group by collection")
            .ListAsync(row => (Collection: row.GetString(0), Sequence: row.GetInt64(1)), cancellationToken))
            .ToDictionary(change => change.Collection, change => change.Sequence);

    /// <summary>
    /// Identifies the data that the feed belongs to. A backup leaves the id out, so restored data gets a new one.
    /// </summary>
    public async Task<Guid> InstallationAsync(CancellationToken cancellationToken)
    {
        await dataSource.Command("insert into installation default values on conflict do nothing").ExecuteAsync(cancellationToken);
        return await dataSource.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);
    }

    /// <summary>The version of a document that is searched; null when it is deleted or has none.</summary>
    public async Task<int?> ReadyVersionAsync(Guid documentId, CancellationToken cancellationToken) =>
        await dataSource.Command("select ready_version from documents where id = $1", documentId)
            .ScalarAsync<int?>(cancellationToken);

    /// <summary>The change up to which a shared index is cleaned; 0 before the first.</summary>
    public async Task<long> CursorAsync(string index, CancellationToken cancellationToken) =>
        await dataSource.Command("select seq from index_cursors where index_name = $1", index).ScalarAsync<long?>(cancellationToken) ?? 0;

    /// <summary>Locks the cursor of a shared index until the end of the caller's transaction.</summary>
    /// <returns>The cursor; null while another transaction holds it.</returns>
    internal static async Task<long?> LockCursorAsync(
        NpgsqlConnection connection, string index, CancellationToken cancellationToken)
    {
        await connection.Command("insert into index_cursors (index_name, seq) values ($1, 0) on conflict do nothing", index)
            .ExecuteAsync(cancellationToken);
        return await connection.Command("select seq from index_cursors where index_name = $1 for update skip locked", index)
            .ScalarAsync<long?>(cancellationToken);
    }

    /// <summary>Moves the cursor that the caller's transaction has locked, and announces it with the commit.</summary>
    internal static async Task MoveCursorAsync(
        NpgsqlConnection connection, string index, long sequence, CancellationToken cancellationToken) =>
        await connection.Command("""
            with moved as (update index_cursors set seq = $2 where index_name = $1 returning index_name)
            select pg_notify($3, index_name) from moved
            """, index, sequence, Channel).ExecuteAsync(cancellationToken);
}
