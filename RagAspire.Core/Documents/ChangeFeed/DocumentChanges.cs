using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents.ChangeFeed;

/// <summary>One document's searchable chunks have changed.</summary>
public sealed record DocumentChange(long Sequence, Guid DocumentId, string Collection);

/// <summary>The log of what changed in the set of searchable chunks, from which every index is kept up to date.</summary>
public sealed class DocumentChanges(NpgsqlDataSource dataSource)
{
    /// <summary>The channel on which PostgreSQL tells of new rows.</summary>
    public const string Channel = "index_changes";

    private const long LockKey = 0x7261_6763_6867;

    /// <summary>
    /// Notes, inside the caller's transaction, that a document's searchable chunks change with the commit. The lock, held
    /// until then, makes the order of numbers the order of commits: who has seen one number has seen all before it.
    /// </summary>
    public static async Task AppendAsync(
        NpgsqlConnection connection, Guid documentId, string collection, CancellationToken cancellationToken)
    {
        await connection.Command("select pg_advisory_xact_lock($1)", LockKey).ExecuteAsync(cancellationToken);
        await connection.Command("""
            with change as (insert into index_changes (document_id, collection) values ($1, $2) returning seq)
            select pg_notify('index_changes', seq::text) from change
            """, documentId, collection).ExecuteAsync(cancellationToken);
    }

    /// <summary>The next changes in order.</summary>
    public async Task<IReadOnlyList<DocumentChange>> AfterAsync(long sequence, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command(
            "select seq, document_id, collection from index_changes where seq > $1 order by seq limit $2", sequence, limit)
            .ListAsync(row => new DocumentChange(row.GetInt64(0), row.GetGuid(1), row.GetString(2)), cancellationToken);

    /// <summary>The newest number of each collection.</summary>
    public async Task<IReadOnlyDictionary<string, long>> NewestAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command("select collection, max(seq) from index_changes group by collection")
            .ListAsync(row => (Collection: row.GetString(0), Sequence: row.GetInt64(1)), cancellationToken))
            .ToDictionary(change => change.Collection, change => change.Sequence);

    /// <summary>Which data these are the changes of. A backup leaves this out, so that what is restored draws a new one.</summary>
    public async Task<Guid> InstallationAsync(CancellationToken cancellationToken)
    {
        await dataSource.Command("insert into installation default values on conflict do nothing").ExecuteAsync(cancellationToken);
        return await dataSource.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);
    }

    /// <summary>The version of a document that is searched; null when it is gone or has none.</summary>
    public async Task<int?> ReadyVersionAsync(Guid documentId, CancellationToken cancellationToken) =>
        await dataSource.Command("select ready_version from documents where id = $1", documentId)
            .ScalarAsync<int?>(cancellationToken);

    /// <summary>How far a shared index has followed; 0 when it has not begun.</summary>
    public async Task<long> CursorAsync(string index, CancellationToken cancellationToken) =>
        await dataSource.Command("select seq from index_cursors where index_name = $1", index).ScalarAsync<long?>(cancellationToken) ?? 0;

    public async Task MoveCursorAsync(string index, long sequence, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into index_cursors (index_name, seq) values ($1, $2)
            on conflict (index_name) do update set seq = greatest(index_cursors.seq, excluded.seq)
            """, index, sequence).ExecuteAsync(cancellationToken);
}
