using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;

namespace RagAspire.Documents.Leases;

/// <summary>What a claim works with.</summary>
internal sealed record LeaseServices(
    NpgsqlDataSource DataSource, ProgressFeed Progress, LeaseOptions Options, TimeProvider Time, ILogger Logger);

/// <summary>
/// The right to process one version of one document, renewed until it is disposed. A claim that ends without an outcome
/// puts the document back in line.
/// </summary>
public sealed partial class DocumentLease : IAsyncDisposable
{
    private readonly Guid _claimId;
    private readonly TimeSpan _lease;
    private readonly LeaseServices _services;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewing;
    private bool _settled;
    private string? _waitingFor;

    internal DocumentLease(Document document, Guid claimId, LeaseServices services)
    {
        (Document, _claimId, _services) = (document, claimId, services);
        _lease = TimeSpan.FromSeconds(services.Options.Seconds);
        _renewing = RenewAsync();
    }

    public Document Document { get; private set; }

    /// <summary>Cancelled when the claim is lost: the document was deleted, replaced, or taken by another run.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Shows how far processing is; 0–100 over all stages, never backwards.</summary>
    public async Task ProgressAsync(DocumentStage stage, int percent, CancellationToken cancellationToken)
    {
        if (percent <= Document.Progress && stage == Document.Stage)
        {
            return;
        }

        var row = await _services.DataSource.Command($"""
            update documents set stage = $3, progress = greatest(progress, $4), updated_at = now(), claimed_until = now() + $5::interval
            where id = $1 and claim_id = $2 returning {DocumentRows.Columns}
            """, Document.Id, _claimId, stage.Word(), (short)percent, _lease).FirstAsync(DocumentRows.Read, cancellationToken);
        if (row is null)
        {
            await _lost.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new OperationCanceledException("The claim is lost.", _lost.Token);
        }

        Document = row;
        await _services.Progress.PublishAsync(row);
    }

    /// <summary>Switches search to this version, in one transaction: the chunks of every other one go.</summary>
    /// <returns>False when the claim was lost and nothing was changed.</returns>
    public async Task<bool> ReadyAsync(int chunkCount, CancellationToken cancellationToken)
    {
        await using var connection = await _services.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var row = await connection.Command($"""
            update documents set status = 'ready', stage = null, progress = 100, error = null, chunk_count = $4,
                ready_version = version, claim_id = null, claimed_until = null, indexed_at = now(), updated_at = now()
            where id = $1 and claim_id = $2 and version = $3
            returning {DocumentRows.Columns}
            """, Document.Id, _claimId, Document.Version, chunkCount).FirstAsync(DocumentRows.Read, cancellationToken);
        if (row is null)
        {
            return false;
        }

        await connection.Command("delete from chunks where document_id = $1 and version <> $2", row.Id, row.Version)
            .ExecuteAsync(cancellationToken);
        await DocumentChanges.AppendAsync(connection, row.Id, row.Collection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await SettleAsync(row);
        return true;
    }

    /// <summary>Ends processing for good: the file is at fault.</summary>
    public async Task RejectAsync(string reason, CancellationToken cancellationToken) =>
        await FailAsync(reason, cancellationToken);

    /// <summary>
    /// Notes why processing stops now. What may pass by itself (<paramref name="counts"/> false) keeps the document waiting
    /// for as long as it takes; anything else fails it after the last allowed attempt.
    /// </summary>
    public async Task PostponeAsync(string reason, bool counts, CancellationToken cancellationToken)
    {
        if (counts && Document.Attempts >= _services.Options.MaxAttempts)
        {
            await FailAsync(reason, cancellationToken);
            return;
        }

        _waitingFor = reason;
        await ReleaseAsync(counts ? 0 : 1, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _renewing;
        if (!_settled)
        {
            try
            {
                await ReleaseAsync(0, CancellationToken.None);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                // The claim runs out by itself.
                Log.NotReleased(_services.Logger, Document.Id, ex.Message);
            }
        }

        _ended.Dispose();
        _lost.Dispose();
    }

    private async Task FailAsync(string reason, CancellationToken cancellationToken)
    {
        var row = await _services.DataSource.Command($"""
            update documents set status = 'failed', stage = null, error = $3, claim_id = null, claimed_until = null, updated_at = now()
            where id = $1 and claim_id = $2
            returning {DocumentRows.Columns}
            """, Document.Id, _claimId, reason).FirstAsync(DocumentRows.Read, cancellationToken);
        await SettleAsync(row);
    }

    private async Task ReleaseAsync(int attemptsBack, CancellationToken cancellationToken)
    {
        var row = await _services.DataSource.Command($"""
            update documents set status = 'pending', stage = null, error = $3, attempts = attempts - $4,
                claim_id = null, claimed_until = null, updated_at = now()
            where id = $1 and claim_id = $2
            returning {DocumentRows.Columns}
            """, Document.Id, _claimId, _waitingFor, attemptsBack).FirstAsync(DocumentRows.Read, cancellationToken);
        await SettleAsync(row);
    }

    private async Task SettleAsync(Document? row)
    {
        _settled = true;
        if (row is not null)
        {
            Document = row;
            await _services.Progress.PublishAsync(row);
        }
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(_lease / 3, _services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                await RenewOnceAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The claim has ended.
        }
    }

    private async Task RenewOnceAsync()
    {
        try
        {
            var held = await _services.DataSource.Command(
                "update documents set claimed_until = now() + $3::interval where id = $1 and claim_id = $2",
                Document.Id, _claimId, _lease).ExecuteAsync(_ended.Token);
            if (held == 0 && !_ended.IsCancellationRequested && !_settled)
            {
                await _lost.CancelAsync();
            }
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            Log.NotRenewed(_services.Logger, Document.Id, ex.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The claim on document {DocumentId} could not be released and will run out: {Reason}")]
        public static partial void NotReleased(ILogger logger, Guid documentId, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The claim on document {DocumentId} could not be renewed: {Reason}")]
        public static partial void NotRenewed(ILogger logger, Guid documentId, string reason);
    }
}
