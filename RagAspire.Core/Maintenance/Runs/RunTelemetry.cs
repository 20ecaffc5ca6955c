using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RagAspire.Jobs;

namespace RagAspire.Maintenance.Runs;

/// <summary>Span, duration, log lines and annotation of every run.</summary>
public sealed partial class RunTelemetry(JobMetrics metrics, GrafanaAnnotations annotations, ILogger<RunTelemetry> logger)
{
    private static readonly ActivitySource Source = new("RagAspire.Maintenance");

    internal ILogger Logger => logger;

    internal Observed Begin(MaintenanceRun run) => new(this, run);

    internal sealed class Observed : IDisposable
    {
        private readonly RunTelemetry _telemetry;
        private readonly MaintenanceRun _run;
        private readonly Activity? _activity;
        private readonly IDisposable? _scope;
        private readonly long _startedAt = Stopwatch.GetTimestamp();

        public Observed(RunTelemetry telemetry, MaintenanceRun run)
        {
            (_telemetry, _run) = (telemetry, run);
            _activity = Source.StartActivity($"maintenance {run.Task}");
            _activity?.SetTag("ragaspire.maintenance.task", run.Task).SetTag("ragaspire.maintenance.run", run.Id.ToString())
                .SetTag("ragaspire.maintenance.dry_run", run.DryRun);
            _scope = Log.Scope(telemetry.Logger, run.Task, run.Id);
            Log.Began(telemetry.Logger, run.Task, run.DryRun ? " (dry run)" : "", run.Actor);
        }

        public void Threw(Exception exception) => Log.Threw(_telemetry.Logger, _run.Task, exception);

        public async Task EndedAsync(MaintenanceRun run, RunOutcome outcome, bool retried)
        {
            var seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
            var word = outcome.Status.ToString().ToLowerInvariant();
            _activity?.SetTag("ragaspire.maintenance.status", word)
                .SetStatus(outcome.Status == RunStatus.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
            if (outcome.Report is { } report)
            {
                _activity?.SetTag("ragaspire.maintenance.examined", report.Examined)
                    .SetTag("ragaspire.maintenance.changed", report.Changed).SetTag("ragaspire.maintenance.failed", report.Failed);
            }

            _telemetry.Measure(run.Task, outcome.Status == RunStatus.Failed && retried ? "retried" : word, seconds);
            Log.Ended(
                _telemetry.Logger,
                outcome.Status is RunStatus.Failed or RunStatus.Interrupted ? LogLevel.Warning : LogLevel.Information,
                run.Task, word, seconds, outcome.Report?.Examined ?? 0, outcome.Report?.Changed ?? 0, outcome.Error ?? "");
            await _telemetry.AnnotateAsync(run, outcome);
        }

        public void Dispose()
        {
            _scope?.Dispose();
            _activity?.Dispose();
        }
    }

    private void Measure(string task, string outcome, double seconds) => metrics.Ended(task, outcome, seconds);

    private Task AnnotateAsync(MaintenanceRun run, RunOutcome outcome) => annotations.AddAsync(run, outcome);

    private static partial class Log
    {
        public static Func<ILogger, string, Guid, IDisposable?> Scope { get; } = LoggerMessage.DefineScope<string, Guid>("Maintenance {Task} {RunId}");

        [LoggerMessage(1, LogLevel.Information, "{Task}{DryRun} begins, wanted by {Actor}")]
        public static partial void Began(ILogger logger, string task, string dryRun, string actor);

        [LoggerMessage(2, LogLevel.Warning, "{Task} stopped with an exception")]
        public static partial void Threw(ILogger logger, string task, Exception exception);

        [LoggerMessage(EventId = 3, Message = "{Task} {Status} after {Seconds:0.0} s: {Examined} examined, {Changed} changed. {Error}")]
        public static partial void Ended(
            ILogger logger, LogLevel level, string task, string status, double seconds, long examined, long changed, string error);
    }
}
