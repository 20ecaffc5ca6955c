using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents.Leases;

/// <summary>How documents are held while they are processed; section <c>Claims</c>.</summary>
public sealed class LeaseOptions
{
    public const string Section = "Claims";

    /// <summary>Seconds until a claim runs out whose holder fell silent. It is renewed three times within that time.</summary>
    [Range(1, 3600)]
    public int Seconds { get; set; } = 30;

    /// <summary>How often processing may begin before the document counts as failed.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;
}

/// <summary>Gives one document to one worker at a time.</summary>
public sealed partial class DocumentLeases(
    NpgsqlDataSource dataSource,
    ProgressFeed progress,
    IOptions<LeaseOptions> options,
    TimeProvider time,
    ILogger<DocumentLeases> logger)
{
    /// <summary>Takes a waiting document, or one whose claim ran out.</summary>
    /// <returns>Null when it is gone, done, or held by another run.</returns>
    public async Task<DocumentLease?> ClaimAsync(Guid documentId, CancellationToken cancellationToken)
    {
        var claimId = Guid.CreateVersion7();
        var lease = TimeSpan.FromSeconds(options.Value.Seconds);
        await GiveUpAsync(documentId, cancellationToken);
        var document = await dataSource.Command($"""
            update documents set status = 'processing', stage = 'extract', progress = 0, error = null,
                attempts = attempts + 1, claim_id = $2, claimed_until = now() + $3::interval, updated_at = now()
            where id = $1 and (status = 'pending' or (status = 'processing' and claimed_until < now()))
            returning {DocumentRows.Columns}
            """, documentId, claimId, lease).FirstAsync(DocumentRows.Read, cancellationToken);
        if (document is null)
        {
            return null;
        }

        await progress.PublishAsync(document);
        return new DocumentLease(document, claimId, new LeaseServices(dataSource, progress, options.Value, time, logger));
    }

    /// <summary>
    /// A document that took its worker down again and again is not given to the next one. That a waiting document still has
    /// a stage tells that its last run did not end by itself.
    /// </summary>
    private async Task GiveUpAsync(Guid documentId, CancellationToken cancellationToken)
    {
        var given = await dataSource.Command("""
            update documents set status = 'failed', stage = null, claim_id = null, claimed_until = null, updated_at = now(),
                error = 'Processing was interrupted ' || attempts || ' times, last in the stage "' || stage || '".'
            where id = $1 and stage is not null and attempts >= $2
              and (status = 'pending' or (status = 'processing' and claimed_until < now()))
            """, documentId, options.Value.MaxAttempts).ExecuteAsync(cancellationToken);
        if (given > 0)
        {
            Log.GivenUp(logger, documentId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Document {DocumentId} was interrupted too often and is given up")]
        public static partial void GivenUp(ILogger logger, Guid documentId);
    }
}
