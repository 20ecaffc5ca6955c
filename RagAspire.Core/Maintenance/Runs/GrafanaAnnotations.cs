using System.ComponentModel.DataAnnotations;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RagAspire.Maintenance.Runs;

/// <summary>Annotations of maintenance runs on the dashboards; section <c>Grafana</c>.</summary>
public sealed class GrafanaOptions
{
    public const string Section = "Grafana";

    /// <summary>Grafana's address; empty for no annotations.</summary>
    public string Url { get; set; } = "";

    /// <summary>The token of a service account that may write annotations.</summary>
    public string Token { get; set; } = "";

    /// <summary>How long Grafana may take to accept an annotation.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Annotates each run on Grafana's dashboards. A failure is logged and does not fail the run.</summary>
public sealed partial class GrafanaAnnotations(
    IHttpClientFactory clients, IOptions<GrafanaOptions> options, TimeProvider time, ILogger<GrafanaAnnotations> logger)
{
    public async Task AddAsync(MaintenanceRun run, RunOutcome outcome)
    {
        if (!Uri.TryCreate(options.Value.Url, UriKind.Absolute, out var address))
        {
            return;
        }

        var status = outcome.Status.Word();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{address.ToString().TrimEnd('/')}/api/annotations"))
        {
            Content = JsonContent.Create(new
            {
                time = (run.StartedAt ?? run.QueuedAt).ToUnixTimeMilliseconds(),
                timeEnd = (run.FinishedAt ?? time.GetUtcNow()).ToUnixTimeMilliseconds(),
                tags = new[] { "maintenance", run.Task, status },
                text = Text(run, outcome, status),
            }),
        };
        if (options.Value.Token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.Token);
        }

        try
        {
            using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
            using var client = clients.CreateClient(nameof(GrafanaAnnotations));
            using var response = await client.SendAsync(request, timeout.Token);
            response.EnsureSuccessStatusCode();
        }
        catch (Exception ex) when (ex is HttpRequestException or OperationCanceledException)
        {
            Log.NotAnnotated(logger, run.Task, ex.Message);
        }
    }

    private static string Text(MaintenanceRun run, RunOutcome outcome, string status) =>
        $"{run.Task}{(run.DryRun ? " (dry run)" : "")} {status}"
        + (outcome.Report is { } report
            ? FormattableString.Invariant($": {report.Examined} examined, {report.Changed} changed, {report.Failed} failed")
            : "")
        + (outcome.Error is { } error ? $". {error}" : "");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Task} could not be annotated in Grafana: {Reason}")]
        public static partial void NotAnnotated(ILogger logger, string task, string reason);
    }
}
