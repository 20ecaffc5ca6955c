using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.Children;
using RagAspire.Extraction;

namespace RagAspire.Documents.Leases;

/// <summary>
/// The row of a leased document. Every update names the lease, so that it changes nothing after the lease is lost.
/// </summary>
/// <param name="leaseId">Stored in the column <c>claim_id</c>.</param>
/// <param name="duration">How long the lease lasts from each heartbeat.</param>
internal sealed class LeasedRow(
    NpgsqlDataSource dataSource, DocumentTrees trees, VersionSwitch versions, Guid documentId, Guid leaseId, TimeSpan duration)
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

    /// <inheritdoc cref="VersionSwitch.ReadyAsync"/>
    public Task<Document?> ReadyAsync(int version, PreparedVersion prepared, CancellationToken cancellationToken) =>
        versions.ReadyAsync(documentId, leaseId, version, prepared, cancellationToken);

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
