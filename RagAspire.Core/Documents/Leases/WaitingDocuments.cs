using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents.Leases;

/// <summary>
/// The queue of ingestion: the rows of <c>documents</c> that wait. Keys take turns, and so do the collections of a key, so that
/// one upload does not wait behind ten thousand of another collection.
/// </summary>
/// <remarks>
/// First comes who has the fewest documents in processing, then who was served least recently by this process, then who has
/// waited longest. The cost depends on the number of collections and keys with waiting documents, not on the number of documents.
/// </remarks>
public sealed class WaitingDocuments(NpgsqlDataSource dataSource, DocumentLeases leases)
{
    /// <summary>A trigger notifies this channel when a document comes to wait.</summary>
    public const string Channel = "rag_documents";

    /// <summary>More than one, because other workers choose at the same time.</summary>
    private const int Candidates = 16;

    private readonly Turns _turns = new();

    /// <summary>Leases the document whose turn it is.</summary>
    /// <returns>Null when nothing is due.</returns>
    public async Task<DocumentLease?> NextAsync(CancellationToken cancellationToken)
    {
        while (await DueAsync(cancellationToken) is { Count: > 0 } due)
        {
            foreach (var (id, owner) in due)
            {
                if (await leases.AcquireAsync(id, cancellationToken) is { } lease)
                {
                    _turns.Served(owner);
                    return lease;
                }
            }
        }

        return null;
    }

    /// <summary>The documents whose turn is next; others may have leased them meanwhile.</summary>
    private async Task<List<(Guid Id, Owner Owner)>> DueAsync(CancellationToken cancellationToken)
    {
        var served = _turns.LeastRecentFirst();

        // PostgreSQL has no skip scan: each step of the recursion finds the next owner by one look into the index.
        return await dataSource.Command("""
            with recursive owners as (
                (select collection, coalesce(uploaded_by, '') as key from documents where status = 'pending' order by 1, 2 limit 1)
                union all
                (select next.collection, next.key from owners o cross join lateral (
                    select collection, coalesce(uploaded_by, '') as key from documents
                    where status = 'pending' and (collection, coalesce(uploaded_by, '')) > (o.collection, o.key)
                    order by 1, 2 limit 1) next)),
            running as (
                select collection, coalesce(uploaded_by, '') as key, count(*) as documents
                from documents where status = 'processing' and claimed_until > now() group by 1, 2),
            of_keys as (select key, sum(documents) as documents from running group by 1)
            select d.id, o.collection, o.key
            from owners o
            left join running r using (collection, key)
            left join of_keys k using (key)
            left join unnest($1::text[], $2::text[]) with ordinality as served (collection, key, turn) using (collection, key)
            cross join lateral (
                select id, due_at from documents
                where status = 'pending' and collection = o.collection and coalesce(uploaded_by, '') = o.key and due_at <= now()
                order by due_at limit $3) d
            order by coalesce(k.documents, 0), coalesce(r.documents, 0), served.turn nulls first, d.due_at
            limit $3
            """,
            served.Select(owner => owner.Collection).ToArray(),
            served.Select(owner => owner.Key).ToArray(),
            Candidates).ListAsync(
            row => (row.GetGuid(0), new Owner(row.GetString(1), row.GetString(2))), cancellationToken);
    }

    /// <param name="Key">The id of the API key that uploaded; empty for none.</param>
    private sealed record Owner(string Collection, string Key);

    /// <summary>The owners that this process has served lately.</summary>
    private sealed class Turns
    {
        private const int Remembered = 1_000;

        private readonly LinkedList<Owner> _served = [];
        private readonly Lock _lock = new();

        public void Served(Owner owner)
        {
            lock (_lock)
            {
                _served.Remove(owner);
                _served.AddLast(owner);
                if (_served.Count > Remembered)
                {
                    _served.RemoveFirst();
                }
            }
        }

        public Owner[] LeastRecentFirst()
        {
            lock (_lock)
            {
                return [.. _served];
            }
        }
    }
}
