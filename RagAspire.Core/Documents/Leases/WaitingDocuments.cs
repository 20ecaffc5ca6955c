using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents.Leases;

/// <summary>A document whose turn may be next.</summary>
/// <param name="Attempts">How often processing of this version began.</param>
public sealed record DueDocument(Guid Id, string ContentType, long SizeBytes, int Attempts);

/// <summary>A leased document, and the room that it needs until it is done.</summary>
public sealed record LeasedShare(DocumentLease Lease, int Share);

/// <summary>
/// The queue of ingestion: the rows of <c>documents</c> that wait. Keys take turns, and so do the collections of a key, so that
/// one upload does not wait behind ten thousand of another collection.
/// </summary>
/// <remarks>
/// The first turn has the one with the fewest documents in processing; among equals the one that this process served least
/// recently, then the one that has waited longest. The cost depends on the number of collections and keys with waiting
/// documents, not on the number of documents.
/// </remarks>
public sealed class WaitingDocuments(NpgsqlDataSource dataSource, DocumentLeases leases)
{
    /// <summary>A trigger notifies this channel when a document comes to wait.</summary>
    public const string Channel = "rag_documents";

    /// <summary>More than are wanted, because other workers choose at the same time.</summary>
    private const int MoreCandidates = 16;

    private const int Looks = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Turns _turns = new();

    /// <summary>Leases documents in the order of their turns, up to the first one for which there is no room.</summary>
    /// <param name="room">The sum of shares that may be taken, at least 1.</param>
    /// <param name="share">How much room a document needs, at least 1.</param>
    /// <returns>Empty when nothing is due, or the next document needs more room.</returns>
    public async Task<IReadOnlyList<LeasedShare>> TakeAsync(
        int room, Func<DueDocument, int> share, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            var due = new Queue<Turn>(await DueAsync(room + MoreCandidates, cancellationToken));
            if (due.Count == 0)
            {
                return [];
            }

            while (Fitting(due, room, share) is { Count: > 0 } fitting)
            {
                if (await LeaseAsync(fitting, cancellationToken) is { Count: > 0 } leased)
                {
                    return leased;
                }
            }

            if (due.Count > 0)
            {
                return [];
            }

            // Others have just taken all of these.
            await Task.Delay(Pause, cancellationToken);
        }

        return [];
    }

    private static List<(Turn Turn, int Share)> Fitting(Queue<Turn> due, int room, Func<DueDocument, int> share)
    {
        var fitting = new List<(Turn, int)>();
        while (due.TryPeek(out var next) && share(next.Document) is var needed && needed <= room)
        {
            room -= needed;
            fitting.Add((due.Dequeue(), needed));
        }

        return fitting;
    }

    private async Task<List<LeasedShare>> LeaseAsync(List<(Turn Turn, int Share)> wanted, CancellationToken cancellationToken)
    {
        var byId = wanted.ToDictionary(one => one.Turn.Document.Id);
        var leased = new List<LeasedShare>();
        foreach (var lease in await leases.AcquireAsync([.. wanted.Select(one => one.Turn.Document.Id)], cancellationToken))
        {
            var (turn, share) = byId[lease.Document.Id];
            _turns.Served(turn.Owner);
            leased.Add(new LeasedShare(lease, share));
        }

        return leased;
    }

    /// <summary>The documents whose turn is next; others may have leased them meanwhile.</summary>
    private async Task<List<Turn>> DueAsync(int count, CancellationToken cancellationToken)
    {
        var served = _turns.LeastRecentFirst();

        // PostgreSQL has no skip scan: each step of the recursion finds the next owner by one look into the index. A document
        // that is chosen counts like one in processing for those after it.
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
            of_keys as (select key, sum(documents) as documents from running group by 1),
            due as (
                select d.*, o.collection, o.key, coalesce(k.documents, 0) as of_key, served.turn,
                    coalesce(r.documents, 0) + row_number() over (partition by o.collection, o.key order by d.due_at) as of_owner
                from owners o
                left join running r using (collection, key)
                left join of_keys k using (key)
                left join unnest($1::text[], $2::text[]) with ordinality as served (collection, key, turn) using (collection, key)
                cross join lateral (
                    select id, due_at, content_type, size_bytes, attempts from documents
                    where status = 'pending' and collection = o.collection and coalesce(uploaded_by, '') = o.key and due_at <= now()
                    order by due_at limit $3) d)
            select id, content_type, size_bytes, attempts, collection, key from due
            order by of_key + row_number() over (partition by key order by of_owner, turn nulls first, due_at),
                of_owner, turn nulls first, due_at
            limit $3
            """,
            served.Select(owner => owner.Collection).ToArray(),
            served.Select(owner => owner.Key).ToArray(),
            count).ListAsync(
            row => new Turn(
                new DueDocument(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetInt32(3)),
                new Owner(row.GetString(4), row.GetString(5))),
            cancellationToken);
    }

    private sealed record Turn(DueDocument Document, Owner Owner);

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
