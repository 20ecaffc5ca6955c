using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace RagAspire.AppHost;

internal static class MaintenanceCommands
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly (string Task, string Title, string Icon, string Description)[] Tasks =
    [
        ("database-daily", "Maintain the database", "DatabaseWrench", "Vacuums and analyses what needs it, and removes what is over its time."),
        ("index-reconciliation", "Compare index and database", "ArrowSyncCheckmark", "Every passage has its point and no point is without one; differences are repaired."),
        ("clean-up", "Clean up", "Broom", "Removes old logs, temporary files and records of this system."),
        ("backup", "Back up", "ArchiveArrowBack", "Writes a backup with checksum and manifest."),
        ("restore-drill", "Prove the last backup", "ArrowReset", "Restores the last backup into a scratch database and compares it."),
    ];

    /// <summary>Adds a button for each of the main maintenance tasks, which says how the run ended.</summary>
    public static IResourceBuilder<ProjectResource> WithMaintenanceCommands(
        this IResourceBuilder<ProjectResource> api, IResourceBuilder<ParameterResource> apiKey)
    {
        foreach (var (task, title, icon, description) in Tasks)
        {
            api.WithCommand(
                $"maintain-{task}",
                title,
                context => RunAsync(task, api.GetEndpoint("http"), apiKey.Resource, context.CancellationToken),
                new CommandOptions { Description = description, IconName = icon });
        }

        return api;
    }

    private static async Task<ExecuteCommandResult> RunAsync(
        string task, EndpointReference endpoint, ParameterResource apiKey, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = new Uri(endpoint.Url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await apiKey.GetValueAsync(cancellationToken));
        using var response = await client.PostAsync(
            new Uri($"/api/v1/operations/maintenance/{task}", UriKind.Relative), content: null, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            return CommandResults.Failure($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            while (true)
            {
                await Task.Delay(LookEvery, patience.Token);
                var run = await client.GetFromJsonAsync<JsonElement>(response.Headers.Location, patience.Token);
                if (run.GetProperty("status").GetString() is not ("queued" or "running"))
                {
                    return Outcome(task, run);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CommandResults.Success($"{task} goes on; {response.Headers.Location} tells how far it is.");
        }
    }

    private static ExecuteCommandResult Outcome(string task, JsonElement run)
    {
        var status = run.GetProperty("status").GetString();
        var report = run.TryGetProperty("report", out var written) && written.ValueKind == JsonValueKind.Object
            ? $": {written.GetProperty("examined")} examined, {written.GetProperty("changed")} changed, {written.GetProperty("failed")} failed"
            : "";
        return status is "succeeded" or "skipped"
            ? CommandResults.Success($"{task} {status}{report}.")
            : CommandResults.Failure($"{task} {status}{report}. {run.GetProperty("error").GetString()}");
    }
}
