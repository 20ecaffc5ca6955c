using RagAspire.Database;
using RagAspire.Documents;

namespace RagAspire.Worker;

/// <summary>Makes documents wait again whose lease expired, because their worker died.</summary>
public sealed partial class IngestionRecovery(
    DocumentStore documents,
    DatabaseStartup database,
    TimeProvider time,
    ILogger<IngestionRecovery> logger) : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(2);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        var released = await documents.ReleaseExpiredAsync(cancellationToken);
        if (released.Count > 0)
        {
            Log.Released(logger, released.Count);
        }
    }

    protected override void Skipped(Exception exception) => Log.Skipped(logger, exception.Message);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The leases of {Count} documents expired; they wait again")]
        public static partial void Released(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Warning, "Recovery of documents whose lease expired was skipped: {Reason}")]
        public static partial void Skipped(ILogger logger, string reason);
    }
}
