using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace RagAspire.Benchmarks.Load;

/// <summary>Runs tasks in the worker through the API.</summary>
internal sealed class TaskRuns(HttpClient api)
{
    private const string Path = "/api/v1/operations/maintenance";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs a task from request to end.</summary>
    /// <returns>How long it ran, without its wait for the worker.</returns>
    /// <exception cref="InvalidOperationException">It did not succeed: whatever it did is not its work.</exception>
    public async Task<TimeSpan> RunAsync(string task, CancellationToken cancellationToken)
    {
        using var accepted = await api.PostAsJsonAsync($"{Path}/{task}", new { dryRun = false }, cancellationToken);
        accepted.EnsureSuccessStatusCode();
        var run = (await accepted.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;
        var id = run["id"]!.GetValue<Guid>();
        for (var pause = FirstPause; (string?)run["status"] is "queued" or "running"; pause = pause * 2 < LongestPause ? pause * 2
            : LongestPause)
        {
            await Task.Delay(pause, cancellationToken);
            run = (await api.GetFromJsonAsync<JsonNode>($"{Path}/runs/{id}", cancellationToken))!;
        }

        return (string?)run["status"] == "succeeded"
            ? run["finishedAt"]!.GetValue<DateTimeOffset>() - run["startedAt"]!.GetValue<DateTimeOffset>()
            : throw new InvalidOperationException($"{task} did not succeed: {run}");
    }
}
