using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.Children;

namespace RagAspire.Documents.Leases;

/// <summary>Leases each document to one worker at a time.</summary>
public sealed partial class DocumentLeases(
    NpgsqlDataSource dataSource,
    ProgressFeed progress,
    DocumentTrees trees,
    IOptions<LeaseOptions> options,
    TimeProvider time,
    ILogger<DocumentLeases> logger)
{
    /// <summary>Leases a waiting document, or one whose lease expired.</summary>
    /// <remarks>
    /// A document that was interrupted in every allowed attempt fails, so that it does not crash one worker after another. One
    /// that waits and still has a stage was interrupted: a run that ends in order clears the stage.
    /// </remarks>
    /// <returns>Null when the document is gone, done, given up, or leased by another run.</returns>
    public async Task<DocumentLease?> AcquireAsync(Guid documentId, CancellationToken cancellationToken)
    {
        const string isGivenUp = "stage is not null and attempts >= $4";
        var leaseId = Guid.CreateVersion7();
        var leased = await dataSource.Command($"""
            update documents set
                status = case when {isGivenUp} then 'failed' else 'processing' end,
                stage = case when {isGivenUp} then null else 'extract' end,
                progress = case when {isGivenUp} then progress else 0 end,
                error = case when {isGivenUp}
                    then 'Processing was interrupted ' || attempts || ' times, last in the stage "' || stage || '".' end,
                attempts = case when {isGivenUp} then attempts else attempts + 1 end,
                claim_id = case when {isGivenUp} then null else $2 end,
                claimed_until = case when {isGivenUp} then null else now() + $3::interval end,
                updated_at = now()
            from {Commands.WithoutFlush}
            where id = $1 and (status = 'pending' or (status = 'processing' and claimed_until < now()))
            returning {DocumentRows.Columns}, trace_parent
            """, documentId, leaseId, options.Value.Duration, options.Value.MaxAttempts).FirstAsync(
            found => new Leased(DocumentRows.Read(found), found.Nullable<string>("trace_parent")), cancellationToken);
        if (leased is null)
        {
            return null;
        }

        await progress.PublishAsync(leased.Document);
        if (leased.Document.Status == DocumentStatus.Failed)
        {
            Log.Failed(logger, documentId);
            return null;
        }

        var row = new LeasedRow(dataSource, trees, documentId, leaseId, options.Value.Duration);
        return new DocumentLease(leased.Document, row, progress, options.Value.MaxAttempts, time, logger)
        {
            TraceParent = leased.TraceParent,
        };
    }

    private sealed record Leased(Document Document, string? TraceParent);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Document {DocumentId} failed: every allowed attempt was interrupted")]
        public static partial void Failed(ILogger logger, Guid documentId);
    }
}
