using System.Diagnostics;
using Hangfire.Server;
using Microsoft.Extensions.Options;
using RagAspire.Jobs;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Worker;

/// <summary>Span, duration, outcome and log scope of every job; the span continues the trace that enqueued it.</summary>
public sealed partial class JobTelemetryFilter(
    JobMetrics metrics, IOptions<JobOptions> options, ILogger<JobTelemetryFilter> logger) : IServerFilter
{
    private const string Key = "telemetry";
    private static readonly ActivitySource Source = new("RagAspire.Jobs");

    public void OnPerforming(PerformingContext context)
    {
        if (context.BackgroundJob.Job.Type == typeof(MaintenanceJob))
        {
            // A maintenance run has its own telemetry, by the name of the task.
            return;
        }

        var job = context.BackgroundJob.Job.Type.Name;
        var parent = context.GetJobParameter<string?>(JobTraceContext.Parameter, allowStale: true);
        _ = ActivityContext.TryParse(parent, null, isRemote: true, out var parentContext);
        var activity = Source.StartActivity(job, ActivityKind.Consumer, parentContext);
        activity?.SetTag("messaging.message.id", context.BackgroundJob.Id);
        var scope = Log.Scope(logger, job, context.BackgroundJob.Id);
        context.Items[Key] = new Running(job, Stopwatch.GetTimestamp(), activity, scope);
    }

    public void OnPerformed(PerformedContext context)
    {
        if (context.Items.TryGetValue(Key, out var item) && item is Running running)
        {
            var outcome = (context.Canceled, context.Exception) switch
            {
                (true, _) or (_, OperationCanceledException or JobAbortedException) => "cancelled",
                (_, null) => "succeeded",
                _ => context.GetJobParameter<int>("RetryCount", allowStale: true) < options.Value.Retries ? "retried" : "failed",
            };
            metrics.Ended(running.Job, outcome, Stopwatch.GetElapsedTime(running.StartedAt).TotalSeconds);
            if (outcome is "failed" or "retried")
            {
                running.Activity?.SetStatus(ActivityStatusCode.Error, context.Exception?.InnerException?.GetType().Name);
                Log.Failed(logger, running.Job, context.BackgroundJob.Id, context.Exception?.InnerException ?? context.Exception);
            }

            running.Scope?.Dispose();
            running.Activity?.Dispose();
        }
    }

    private sealed record Running(string Job, long StartedAt, Activity? Activity, IDisposable? Scope);

    private static partial class Log
    {
        public static Func<ILogger, string, string, IDisposable?> Scope { get; } =
            LoggerMessage.DefineScope<string, string>("Job {Job} {JobId}");

        [LoggerMessage(1, LogLevel.Warning, "{Job} {JobId} failed; it is retried while attempts are left")]
        public static partial void Failed(ILogger logger, string job, string jobId, Exception? exception);
    }
}
