using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Hangfire;
using Microsoft.Extensions.Logging;

namespace RagAspire.Jobs;

/// <summary>
/// Enqueues the processing of a row that is stored already. The row is the truth: an enqueue that fails is logged, and the
/// recovery services of the worker find the row later.
/// </summary>
public sealed partial class JobEnqueuer(IBackgroundJobClient jobs, ILogger<JobEnqueuer> logger)
{
    /// <summary>Never throws.</summary>
    /// <param name="id">The id of the row, for the log.</param>
    /// <returns>False when the job was not enqueued.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the enqueue failed with, the row is stored and will be found.")]
    public bool TryEnqueue<TJob>(Guid id, Expression<Func<TJob, Task>> call)
    {
        try
        {
            jobs.Enqueue(call);
            return true;
        }
        catch (Exception ex)
        {
            Log.NotEnqueued(logger, typeof(TJob).Name, id, ex);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Job} for {Id} was not enqueued; recovery will enqueue it later")]
        public static partial void NotEnqueued(ILogger logger, string job, Guid id, Exception exception);
    }
}
