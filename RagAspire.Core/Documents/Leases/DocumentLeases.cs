using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents.Leases;

/// <summary>Leases each document to one worker at a time.</summary>
public sealed partial class DocumentLeases(
    NpgsqlDataSource dataSource,
    ProgressFeed progress,
    IOptions<LeaseOptions> options,
    TimeProvider time,
    ILogger<DocumentLeases> logger)
{
    /// <summary>Leases a waiting document, or one whose lease expired.</summary>
    /// <returns>Null when the document is gone, done, or leased by another run.</returns>
    public async Task<DocumentLease?> AcquireAsync(Guid documentId, CancellationToken cancellationToken)
    {
        var leaseId = Guid.CreateVersion7();
        await FailInterruptedAsync(documentId, cancellationToken);
        var document = await dataSource.Command($"""
            update documents set status = 'processing', stage = 'extract', progress = 0, error = null,
                attempts = attempts + 1, claim_id = $2, claimed_until = now() + $3::interval, updated_at = now()
            where id = $1 and (status = 'pending' or (status = 'processing' and claimed_until < now()))
            returning {DocumentRows.Columns}
            """, documentId, leaseId, options.Value.Duration).FirstAsync(DocumentRows.Read, cancellationToken);
        if (document is null)
        {
            return null;
        }

        await progress.PublishAsync(document);
        var row = new LeasedRow(dataSource, documentId, leaseId, options.Value.Duration);
        return new DocumentLease(document, row, progress, options.Value.MaxAttempts, time, logger);
    }

    /// <summary>
    /// Fails a document that was interrupted in every allowed attempt, so that it does not crash one worker after another.
    /// A waiting document that still has a stage was interrupted: a run that ends in order clears the stage.
    /// </summary>
    private async Task FailInterruptedAsync(Guid documentId, CancellationToken cancellationToken)
    {
        var failed = await dataSource.Command("""
            update documents set status = 'failed', stage = null, claim_id = null, claimed_until = null, updated_at = now(),
                error = 'Processing was interrupted ' || attempts || ' times, last in the stage "' || stage || '".'
            where id = $1 and stage is not null and attempts >= $2
              and (status = 'pending' or (status = 'processing' and claimed_until < now()))
            """, documentId, options.Value.MaxAttempts).ExecuteAsync(cancellationToken);
        if (failed > 0)
        {
            Log.Failed(logger, documentId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Document {DocumentId} failed: every allowed attempt was interrupted")]
        public static partial void Failed(ILogger logger, Guid documentId);
    }
}
