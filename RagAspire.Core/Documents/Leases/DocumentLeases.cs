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
    VersionSwitch versions,
    IOptions<LeaseOptions> options,
    TimeProvider time,
    ILogger<DocumentLeases> logger)
{
    /// <summary>Leases those of the documents that wait, or whose lease expired, and that no other run leases now.</summary>
    /// <remarks>
    /// A document that was interrupted in every allowed attempt fails, so that it does not crash one worker after another. One
    /// that waits and still has a stage was interrupted: a run that ends in order clears the stage.
    /// </remarks>
    /// <returns>
    /// In the order of the ids. A document that is gone, done, given up, or leased or changed by others at the moment has none.
    /// </returns>
    public async Task<IReadOnlyList<DocumentLease>> AcquireAsync(Guid[] documents, CancellationToken cancellationToken)
    {
        const string isGivenUp = "stage is not null and attempts >= $4";
        var leaseId = Guid.CreateVersion7();
        var leased = await dataSource.Command($"""
            with free as (
                select id as free_id from documents
                where id = any($1) and (status = 'pending' or (status = 'processing' and claimed_until < now()))
                order by id for no key update skip locked)
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
            from free, {Commands.WithoutFlush}
            where id = free_id
            returning {DocumentRows.Columns}, trace_parent
            """, documents, leaseId, options.Value.Duration, options.Value.MaxAttempts).ListAsync(
            found => new Leased(DocumentRows.Read(found), found.Nullable<string>("trace_parent")), cancellationToken);
        foreach (var (document, _) in leased)
        {
            await progress.PublishAsync(document);
            if (document.Status == DocumentStatus.Failed)
            {
                Log.Failed(logger, document.Id);
            }
        }

        return [.. leased.Where(row => row.Document.Status == DocumentStatus.Processing)
            .OrderBy(row => Array.IndexOf(documents, row.Document.Id)).Select(row => Lease(row, leaseId))];
    }

    private DocumentLease Lease(Leased leased, Guid leaseId)
    {
        var row = new LeasedRow(dataSource, trees, versions, leased.Document.Id, leaseId, options.Value.Duration);
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
