using System.Text.Json;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Children;
using RagAspire.Extraction;

namespace RagAspire.Documents.Leases;

/// <summary>
/// The row of a leased document. Every update names the lease, so that it changes nothing after the lease is lost.
/// </summary>
/// <param name="leaseId">Stored in the column <c>claim_id</c>.</param>
/// <param name="duration">How long the lease lasts from each heartbeat.</param>
internal sealed class LeasedRow(
    NpgsqlDataSource dataSource, DocumentTrees trees, Guid documentId, Guid leaseId, TimeSpan duration)
{
    public TimeSpan Duration => duration;

    /// <returns>False when the lease is lost.</returns>
    public async Task<bool> HeartbeatAsync(CancellationToken cancellationToken) =>
        await dataSource.Command(
            $"update documents set claimed_until = now() + $3::interval from {Commands.WithoutFlush} where id = $1 and claim_id = $2",
            documentId, leaseId, duration).ExecuteAsync(cancellationToken) > 0;

    /// <returns>The changed document; null when the lease is lost.</returns>
    public Task<Document?> ProgressAsync(DocumentStage stage, int percent, CancellationToken cancellationToken) =>
        dataSource.Command($"""
            update documents set stage = $3, progress = greatest(progress, $4), updated_at = now(), claimed_until = now() + $5::interval
            from {Commands.WithoutFlush}
            where id = $1 and claim_id = $2 returning {DocumentRows.Columns}
            """, documentId, leaseId, stage.Word(), (short)percent, duration).FirstAsync(DocumentRows.Read, cancellationToken);

    /// <summary>
    /// Makes a version the searched one: deletes the chunks of all others, stores what was inside of it as its children, and
    /// appends the changes to the feed.
    /// </summary>
    /// <returns>The changed document; null when the lease is lost.</returns>
    public async Task<Document?> ReadyAsync(int version, PreparedVersion prepared, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changed = await ChildrenAsync(connection, version, prepared.Attached, cancellationToken);
        var document = await connection.Command($"""
            update documents set status = 'ready', stage = null, progress = 100, error = null, chunk_count = $4,
                ready_version = version, claim_id = null, claimed_until = null, indexed_at = now(), updated_at = now(),
                warnings = $5, coverage = $6, embedded_model = $7, embedded_count = 0, embedding_attempts = 0, embedding_claim = null,
                embedding_claimed_until = null, analysis = $8
            where id = $1 and claim_id = $2 and version = $3
            returning {DocumentRows.Columns}
            """,
            documentId,
            leaseId,
            version,
            prepared.Read.ChunkCount,
            Commands.Jsonb(prepared.Read.Warnings, JsonSerializerOptions.Web),
            Commands.Jsonb(prepared.Read.Coverage, JsonSerializerOptions.Web),
            prepared.Model,
            prepared.Analysis).FirstAsync(DocumentRows.Read, cancellationToken);
        if (document is null)
        {
            return null;
        }

        await connection.Command("delete from chunks where document_id = $1 and version <> $2", documentId, version)
            .ExecuteAsync(cancellationToken);
        Guid[] changes = [documentId, .. changed];
        await DocumentChanges.AppendAsync(
            connection, changes, [.. changes.Select(_ => document.Collection)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return document;
    }

    /// <summary>
    /// Stores the files before the row is locked against heartbeats, because they may take long. The weaker lock keeps the
    /// document from being deleted meanwhile.
    /// </summary>
    /// <returns>The children whose chunks have changed; none when the lease is lost.</returns>
    private async Task<IReadOnlyList<Guid>> ChildrenAsync(
        NpgsqlConnection connection, int version, AttachedFiles? files, CancellationToken cancellationToken)
    {
        if (files is null)
        {
            return [];
        }

        await DocumentTrees.LockAsync(connection, documentId, cancellationToken);
        var isHeld = await connection.Command(
            "select true from documents where id = $1 and claim_id = $2 and version = $3 for key share", documentId, leaseId, version)
            .ScalarAsync<bool>(cancellationToken);
        return isHeld ? await trees.StoreAsync(connection, documentId, files, cancellationToken) : [];
    }

    /// <returns>The changed document; null when the lease is lost.</returns>
    public Task<Document?> FailAsync(string reason, CancellationToken cancellationToken) =>
        dataSource.Command($"""
            update documents set status = 'failed', stage = null, error = $3, claim_id = null, claimed_until = null, updated_at = now()
            where id = $1 and claim_id = $2
            returning {DocumentRows.Columns}
            """, documentId, leaseId, reason).FirstAsync(DocumentRows.Read, cancellationToken);

    /// <summary>Deletes the document, which was inside another and was never searched; that one says why.</summary>
    public async Task WithdrawAsync(Document document, ExtractionWarning warning, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await trees.WithdrawAsync(connection, document, warning, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <param name="reason">Shown as what the document waits for; null for nothing.</param>
    /// <param name="delay">How long the document waits at least.</param>
    /// <param name="countsAsAttempt">False to take the attempt back.</param>
    /// <returns>The changed document; null when the lease is lost.</returns>
    public Task<Document?> ReleaseAsync(
        string? reason, TimeSpan delay, bool countsAsAttempt, CancellationToken cancellationToken) =>
        dataSource.Command($"""
            update documents set status = 'pending', stage = null, error = $3, attempts = attempts - $4,
                claim_id = null, claimed_until = null, due_at = now() + $5::interval, updated_at = now()
            where id = $1 and claim_id = $2
            returning {DocumentRows.Columns}
            """, documentId, leaseId, reason, countsAsAttempt ? 0 : 1, delay).FirstAsync(DocumentRows.Read, cancellationToken);
}
