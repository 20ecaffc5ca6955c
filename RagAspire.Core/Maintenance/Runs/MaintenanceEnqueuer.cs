using System.Diagnostics.CodeAnalysis;
using Hangfire;
using Microsoft.Extensions.Logging;

namespace RagAspire.Maintenance.Runs;

/// <summary>Tells the workers that a run waits. A nudge that is lost is made up for by whoever looks at the rows.</summary>
public sealed partial class MaintenanceEnqueuer(IBackgroundJobClient jobs, ILogger<MaintenanceEnqueuer> logger)
{
    [SuppressMessage("Design", "CA1031", Justification = "Whatever keeps the nudge back, the run is stored and will be found.")]
    public void Nudge(Guid runId)
    {
        try
        {
            jobs.Enqueue<MaintenanceJob>(job => job.RunAsync(runId, CancellationToken.None));
        }
        catch (Exception ex)
        {
            Log.NotEnqueued(logger, runId, ex);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Run {RunId} is stored, but the workers could not be told yet")]
        public static partial void NotEnqueued(ILogger logger, Guid runId, Exception exception);
    }
}
