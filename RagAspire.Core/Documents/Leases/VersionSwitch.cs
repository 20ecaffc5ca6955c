using System.Text.Json;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Children;

namespace RagAspire.Documents.Leases;

/// <summary>
/// Makes prepared versions the searched ones. Those that are prepared at the same time are switched in one transaction, so that
/// they wait for the disk, and for the order of changes, once.
/// </summary>
public sealed class VersionSwitch
{
    private const int AtOnce = 64;

    private readonly NpgsqlDataSource _dataSource;
    private readonly DocumentTrees _trees;
    private readonly GroupedCalls<Prepared, Document?> _calls;

    public VersionSwitch(NpgsqlDataSource dataSource, DocumentTrees trees)
    {
        (_dataSource, _trees) = (dataSource, trees);
        _calls = new GroupedCalls<Prepared, Document?>(AtOnce, TogetherAsync, AloneAsync);
    }

    /// <summary>
    /// Makes a version the searched one: deletes the chunks of all others, stores what was inside of it as its children, and
    /// appends the changes to the feed.
    /// </summary>
    /// <param name="leaseId">See <c>claim_id</c>.</param>
    /// <returns>The changed document; null when the lease is lost.</returns>
    internal Task<Document?> ReadyAsync(
        Guid documentId, Guid leaseId, int version, PreparedVersion prepared, CancellationToken cancellationToken)
    {
        var call = new Prepared(documentId, leaseId, version, prepared);
        return prepared.Attached is null ? _calls.AnswerAsync(call, cancellationToken) : AloneAsync(call, cancellationToken);
    }

    /// <summary>Switches what is not locked by others; it waits for no row, so that it can be part of no deadlock.</summary>
    private async Task<IReadOnlyDictionary<Prepared, Document?>> TogetherAsync(
        IReadOnlyList<Prepared> group, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var switched = (await SwitchAsync(connection, group, "skip locked", [], cancellationToken)).ToDictionary(document => document.Id);
        await transaction.CommitAsync(cancellationToken);
        return group.Where(call => switched.ContainsKey(call.DocumentId))
            .ToDictionary(call => call, call => (Document?)switched[call.DocumentId]);
    }

    private async Task<Document?> AloneAsync(Prepared call, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changed = await ChildrenAsync(connection, call, cancellationToken);
        if (await SwitchAsync(connection, [call], "", changed, cancellationToken) is not [var document])
        {
            return null;
        }

        await transaction.CommitAsync(cancellationToken);
        return document;
    }

    /// <param name="others">What to do with rows that others have locked.</param>
    /// <param name="changed">Documents that have changed with them.</param>
    private static async Task<List<Document>> SwitchAsync(
        NpgsqlConnection connection, IReadOnlyList<Prepared> group, string others, IReadOnlyList<Guid> changed,
        CancellationToken cancellationToken)
    {
        // What the file before said of itself goes with it.
        var rows = await connection.Command($"""
            with held as (
                select id as held_id, metadata as held_metadata from documents where id = any($1) order by id for no key update {others})
            update documents set status = 'ready', stage = null, progress = 100, error = null, chunk_count = n.chunks,
                ready_version = version, claim_id = null, claimed_until = null, indexed_at = now(), updated_at = now(),
                warnings = n.found::jsonb, coverage = n.covered::jsonb, embedded_model = n.model, embedded_count = 0,
                embedding_attempts = 0, embedding_claim = null, embedding_claimed_until = null, analysis = n.analysed,
                properties = n.said::jsonb,
                metadata = n.said::jsonb || coalesce((
                    select jsonb_object_agg(own.key, own.value) from jsonb_each(documents.metadata) own
                    where documents.properties -> own.key is distinct from own.value), jsonb_build_object())
            from held join unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
                as n(held_id, claim, prepared, chunks, found, covered, model, analysed, said) using (held_id)
            where id = held_id and claim_id = n.claim and version = n.prepared
            returning {DocumentRows.Columns}, metadata is distinct from held_metadata as relabelled
            """,
            Column(group, call => call.DocumentId),
            Column(group, call => call.LeaseId),
            Column(group, call => call.Version),
            Column(group, call => call.Result.Read.ChunkCount),
            Column(group, call => Json(call.Result.Read.Warnings)),
            Column(group, call => call.Result.Read.Coverage is { } coverage ? Json(coverage) : null),
            Column(group, call => call.Result.Model),
            Column(group, call => call.Result.Analysis),
            Column(group, call => Json(call.Result.Read.Properties)))
            .ListAsync(row => (Document: DocumentRows.Read(row), IsRelabelled: row.Field<bool>("relabelled")), cancellationToken);
        var switched = rows.ConvertAll(row => row.Document);
        if (switched.Count == 0)
        {
            return switched;
        }

        await connection.Command("""
            delete from chunks c using unnest($1::uuid[], $2::int[]) as n(id, version)
            where c.document_id = n.id and c.version <> n.version
            """, Column(switched, document => document.Id), Column(switched, document => document.Version))
            .ExecuteAsync(cancellationToken);
        await DocumentChanges.AppendAsync(
            connection,
            [.. switched.Select(document => document.Id), .. changed],
            [.. switched.Select(document => document.Collection), .. changed.Select(_ => switched[0].Collection)],
            cancellationToken);
        foreach (var relabelled in rows.Where(row => row.IsRelabelled).GroupBy(row => row.Document.Collection))
        {
            // The points of a shared index were written before, with the metadata of then.
            await DocumentChanges.AppendLabelsAsync(
                connection, Column(relabelled, row => row.Document.Id), relabelled.Key, cancellationToken);
        }

        return switched;
    }

    /// <summary>
    /// Stores the files before the row is locked against heartbeats, because they may take long. The weaker lock keeps the
    /// document from being deleted meanwhile.
    /// </summary>
    /// <returns>The children whose chunks have changed; none when the lease is lost.</returns>
    private async Task<IReadOnlyList<Guid>> ChildrenAsync(
        NpgsqlConnection connection, Prepared call, CancellationToken cancellationToken)
    {
        if (call.Result.Attached is not { } files)
        {
            return [];
        }

        await DocumentTrees.LockAsync(connection, call.DocumentId, cancellationToken);
        var isHeld = await connection.Command(
            "select true from documents where id = $1 and claim_id = $2 and version = $3 for key share",
            call.DocumentId, call.LeaseId, call.Version).ScalarAsync<bool>(cancellationToken);
        return isHeld ? await _trees.StoreAsync(connection, call.DocumentId, files, cancellationToken) : [];
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    private static TValue[] Column<T, TValue>(IEnumerable<T> rows, Func<T, TValue> value) => [.. rows.Select(value)];

    private sealed record Prepared(Guid DocumentId, Guid LeaseId, int Version, PreparedVersion Result);
}
