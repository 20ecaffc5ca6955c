using Hangfire;
using Microsoft.Extensions.Options;
using RagAspire.Documents;
using RagAspire.Jobs;

namespace RagAspire.Worker;

/// <summary>Heals every gap between stored and enqueued: documents that wait although nobody works on them are nudged again.</summary>
[DisableConcurrentExecution(30)]
public sealed class RequeueStalledJob(DocumentStore documents, IIngestionTrigger trigger, IOptions<JobOptions> options)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A nudge of a document that is in line already is harmless, but a backlog should not be nudged all the time.
        var quietFor = TimeSpan.FromSeconds(options.Value.RetryDelaySeconds);
        foreach (var documentId in await documents.StalledAsync(quietFor, cancellationToken))
        {
            trigger.Nudge(documentId);
        }
    }
}
