using System.Diagnostics.CodeAnalysis;
using Hangfire;
using Microsoft.Extensions.Logging;
using RagAspire.Documents;
using RagAspire.Documents.Intake;

namespace RagAspire.Ingestion;

/// <summary>Tells the workers that a document waits. The row is what counts: a nudge that is lost is made up for later.</summary>
public sealed partial class IngestionEnqueuer(IBackgroundJobClient jobs, ILogger<IngestionEnqueuer> logger) : IIngestionEnqueuer
{
    [SuppressMessage("Design", "CA1031", Justification = "Whatever keeps the nudge back, the document is stored and will be found.")]
    public void Nudge(Guid documentId)
    {
        try
        {
            jobs.Enqueue<IngestDocumentJob>(job => job.RunAsync(documentId, CancellationToken.None));
        }
        catch (Exception ex)
        {
            Log.NotEnqueued(logger, documentId, ex);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Document {DocumentId} is stored, but the workers could not be told yet")]
        public static partial void NotEnqueued(ILogger logger, Guid documentId, Exception exception);
    }
}
