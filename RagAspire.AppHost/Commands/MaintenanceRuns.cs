using System.Globalization;
using Microsoft.Extensions.Logging;
using RagAspire.Client;

namespace RagAspire.AppHost.Commands;

/// <summary>Starts maintenance tasks and follows them to their end.</summary>
internal static partial class MaintenanceRuns
{
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs a task. Its steps are written to the console log of the API's resource; a cancelled command cancels the run.
    /// </summary>
    /// <returns>A failure unless the run has succeeded; with the report as Markdown.</returns>
    /// <exception cref="ApiException">The API refuses the run or does not answer.</exception>
    public static async Task<ExecuteCommandResult> RunAsync(
        ApiClient client, ExecuteCommandContext context, string task, bool dryRun)
    {
        var run = await client.PostAsync<MaintenanceRun>(
            $"operations/maintenance/{Uri.EscapeDataString(task)}", new MaintenanceRequest(dryRun), context.CancellationToken);
        var path = $"operations/maintenance/runs/{run.Id}";
        try
        {
            await client.FollowAsync<MaintenanceRun>(
                $"{path}/events",
                now =>
                {
                    run = now;
                    Log.Step(context.Logger, task, now.Progress, now.Step ?? now.Status);
                },
                context.CancellationToken);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(CancelTimeout);
            await client.DeleteAsync(path, limit.Token);
            throw;
        }

        return Result(run);
    }

    private static ExecuteCommandResult Result(MaintenanceRun run)
    {
        var dry = run.DryRun ? " (dry run)" : "";
        var took = run.FinishedAt - run.StartedAt is { } time
            ? string.Create(CultureInfo.InvariantCulture, $" in {time.TotalSeconds:0.0} s") : "";
        var outcome = run.Status switch
        {
            RunStatus.Succeeded => $"{run.Task}{dry} succeeded{took}.",
            RunStatus.Skipped => $"{run.Task}{dry} was skipped: {run.Report?.Skipped ?? run.Error}",
            _ => $"{run.Task}{dry} {run.Status}: {run.Error}",
        };
        var data = new CommandResultData
        {
            Value = Describe(run, outcome),
            Format = CommandResultFormat.Markdown,
            DisplayImmediately = true,
        };
        return run.Status == RunStatus.Succeeded ? CommandResults.Success(outcome, data) : CommandResults.Failure(outcome, data);
    }

    private static string Describe(MaintenanceRun run, string outcome)
    {
        if (run.Report is not { } report)
        {
            return Markdown.Text(outcome);
        }

        var counts = Markdown.Table(
            ["Examined", run.DryRun ? "Would change" : "Changed", "Failed"],
            [[Number(report.Examined), Number(report.Changed), Number(report.Failed)]]);
        string Value(IReadOnlyDictionary<string, double> values, string name) =>
            values.TryGetValue(name, out var value) ? Number(value) : "";
        var figures = Markdown.Table(
            ["Measure", "Before", "After"],
            [
                .. report.Before.Keys.Union(report.After.Keys).Order(StringComparer.Ordinal)
                    .Select(name => new[] { Markdown.Text(name), Value(report.Before, name), Value(report.After, name) }),
            ]);
        return Markdown.Join(Markdown.Text(outcome), counts, figures, Markdown.List(report.Notes));
    }

    private static string Number(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Task}: {Progress} %, {Step}")]
        public static partial void Step(ILogger logger, string task, int progress, string step);
    }
}
