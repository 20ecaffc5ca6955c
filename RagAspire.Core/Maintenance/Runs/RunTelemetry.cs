using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RagAspire.Jobs;

namespace RagAspire.Maintenance.Runs;

/// <summary>The span, duration, log lines and Grafana annotation of every run.</summary>
public sealed partial class RunTelemetry(JobMetrics metrics, GrafanaAnnotations annotations, ILogger<RunTelemetry> logger)
{
    private static readonly ActivitySource Source = new("RagAspire.Maintenance");

    internal ObservedRun Begin(MaintenanceRun run) => new(run, metrics, annotations, logger);

    internal sealed class ObservedRun : IDisposable
    {
        private readonly MaintenanceRun _run;
        private readonly JobMetrics _metrics;
        private readonly GrafanaAnnotations _annotations;
        private readonly ILogger _logger;
        private readonly Activity? _activity;
        private readonly IDisposable? _scope;
        private readonly long _startedAt = Stopwatch.GetTimestamp();

        public ObservedRun(MaintenanceRun run, JobMetrics metrics, GrafanaAnnotations annotations, ILogger logger)
        {
            (_run, _metrics, _annotations, _logger) = (run, metrics, annotations, logger);
            _activity = Source.StartActivity($"maintenance {run.Task}");
            _activity?.SetTag("ragaspire.maintenance.task", run.Task).SetTag("ragaspire.maintenance.run", run.Id.ToString())
                .SetTag("ragaspire.maintenance.dry_run", run.DryRun);
            _scope = Log.Scope(logger, run.Task, run.Id);
            Log.Began(logger, run.Task, run.DryRun ? " (dry run)" : "", run.Actor);
        }

        public void Threw(Exception exception) => Log.Threw(_logger, _run.Task, exception);

        /// <param name="run">The run as it was stored at its end.</param>
        public async Task EndedAsync(MaintenanceRun run, RunOutcome outcome, bool retried)
        {
            var seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
            var status = outcome.Status.Word();
            _activity?.SetTag("ragaspire.maintenance.status", status)
                .SetStatus(outcome.Status == RunStatus.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
            if (outcome.Report is { } report)
            {
                _activity?.SetTag("ragaspire.maintenance.examined", report.Examined)
                    .SetTag("ragaspire.maintenance.changed", report.Changed)
                    .SetTag("ragaspire.maintenance.failed", report.Failed);
            }

            _metrics.Ended(run.Task, OutcomeOf(outcome.Status, retried), seconds);
            Log.Ended(
                _logger,
                outcome.Status is RunStatus.Failed or RunStatus.Interrupted ? LogLevel.Warning : LogLevel.Information,
                run.Task, status, seconds, outcome.Report?.Examined ?? 0, outcome.Report?.Changed ?? 0, outcome.Error ?? "");
            await _annotations.AddAsync(run, outcome);
        }

        private static JobOutcome OutcomeOf(RunStatus status, bool retried) => status switch
        {
            RunStatus.Succeeded => JobOutcome.Succeeded,
            RunStatus.Failed => retried ? JobOutcome.Retried : JobOutcome.Failed,
            RunStatus.Skipped => JobOutcome.Skipped,
            RunStatus.Cancelled => JobOutcome.Cancelled,
            _ => JobOutcome.Interrupted,
        };

        public void Dispose()
        {
            _scope?.Dispose();
            _activity?.Dispose();
        }
    }

    private static partial class Log
    {
        public static Func<ILogger, string, Guid, IDisposable?> Scope { get; } =
            LoggerMessage.DefineScope<string, Guid>("Maintenance {Task} {RunId}");

        [LoggerMessage(1, LogLevel.Information, "{Task}{DryRun} begins, requested by {Actor}")]
        public static partial void Began(ILogger logger, string task, string dryRun, string actor);

        [LoggerMessage(2, LogLevel.Warning, "{Task} threw an exception")]
        public static partial void Threw(ILogger logger, string task, Exception exception);

        [LoggerMessage(EventId = 3, Message =
            "{Task} {Status} after {Seconds:0.0} s: {Examined} examined, {Changed} changed. {Error}")]
        public static partial void Ended(
            ILogger logger,
            LogLevel level,
            string task,
            string status,
            double seconds,
            long examined,
            long changed,
            string error);
    }
}
