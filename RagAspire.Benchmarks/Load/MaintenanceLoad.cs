using System.Globalization;
using Npgsql;
using RagAspire.Maintenance.Scheduling;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Benchmarks.Load;

/// <summary>
/// The latency of searches during maintenance: for every task of the schedule, or the named ones, over a system in which each
/// task has work. Compare ratios within one run; the milliseconds depend on the machine.
/// </summary>
internal sealed class MaintenanceLoad(TextWriter output)
{
    private const int Documents = 1_000;
    private const int WordsPerDocument = 2_200;
    private const int OldRows = 200_000;
    private static readonly LoadPlan Plan = new(25, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(6), 2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    /// <returns>The exit code: 1 when the 95th percentile during a task exceeds the limit.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> named, CancellationToken cancellationToken)
    {
        var tasks = Schedule.Defaults.Select(row => row.Task).Where(task => named.Count == 0 || named.Contains(task)).ToList();
        if (named.Except(tasks).FirstOrDefault() is { } unknown)
        {
            var known = string.Join(", ", Schedule.Defaults.Select(row => row.Task));
            await Console.Error.WriteLineAsync($"There is no task '{unknown}': {known}.");
            return 2;
        }

        await using var system = await PrivateSystem.StartAsync(durable: true, cancellationToken);
        await using var model = await OllamaStub.StartAsync();
        await using var next = await OllamaStub.StartAsync(embeddingModel: LoadSettings.NextModel);
        var settings = LoadSettings.For(
            system.Path, model.ConnectionString(model.EmbeddingModel), next.ConnectionString(next.EmbeddingModel));
        await system.StartAsync("RagAspire.Worker", settings, cancellationToken);
        using var api = PrivateSystem.ClientOf(await system.StartAsync("RagAspire.Api", settings, cancellationToken));
        await using var database = NpgsqlDataSource.Create(system.Database);
        await using var superuser = NpgsqlDataSource.Create(system.Superuser);
        return await MeasureAsync(api, database, superuser, tasks, cancellationToken);
    }

    private async Task<int> MeasureAsync(
        HttpClient api,
        NpgsqlDataSource database,
        NpgsqlDataSource superuser,
        List<string> tasks,
        CancellationToken cancellationToken)
    {
        var text = new SyntheticText(seed: 1);
        var printed = 0L;
        var chunks = await new LoadCorpus(api, database).FillAsync(
            text.Documents(Documents, WordsPerDocument), ready => printed = PrintProgress(ready, printed), cancellationToken);
        await using (var load = new SearchLoad(api, text, Plan.SearchesPerSecond, cancellationToken))
        {
            await Task.Delay(WarmUp, cancellationToken);
            await load.StopAsync();
        }

        output.WriteLine($"{Documents} documents, {chunks} chunks, {OldRows} expired rows of the audit log");
        output.WriteLine($"{Plan.SearchesPerSecond} searches per second, each different; latency in ms since each was due");
        output.WriteLine(
            "| task | runs | seconds | of the time | searches | p50 without | during | p95 without | during | ratio |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        var runs = new TaskRuns(api);
        var measure = new TaskLoad(api, runs, new TaskWork(database, superuser, api, runs, OldRows), text, Plan);
        var slow = false;
        foreach (var task in tasks)
        {
            var latency = await measure.MeasureAsync(task, cancellationToken);
            slow |= latency.Ratio > LoadPlan.AllowedRatio;
            output.WriteLine(Line(latency));
        }

        return slow ? 1 : 0;
    }

    private long PrintProgress(long ready, long printed)
    {
        if (ready < printed + 100)
        {
            return printed;
        }

        output.WriteLine($"{ready} of {Documents} documents are ready");
        return ready;
    }

    private static string Line(TaskLatency task)
    {
        var (without, during) = (task.Without, task.During);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `{task.Task}` | {task.Runs} | {task.Ran.TotalSeconds:0.0} | {task.Share:P0} | {without.Count} + {during.Count} "
            + $"| {without.At(0.5):0.0} | {during.At(0.5):0.0} | {without.At(0.95):0.0} | {during.At(0.95):0.0} "
            + $"| {task.Ratio:0.00} |");
    }
}
