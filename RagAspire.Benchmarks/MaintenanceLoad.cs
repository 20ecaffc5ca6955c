using System.Globalization;
using Npgsql;
using RagAspire.Maintenance.Scheduling;
using RagAspire.TestSupport.Load;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Benchmarks;

/// <summary>
/// What searches take while maintenance runs: for every task of the schedule, or those that are named, over a system that is
/// filled so that the task has work. Ratios within one run tell; milliseconds are the machine's.
/// </summary>
internal sealed class MaintenanceLoad(TextWriter output)
{
    private const int Documents = 1_000;
    private const int WordsOfADocument = 2_200;
    private const int OldRows = 200_000;
    private static readonly LoadPlan Plan = new(25, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(6), 2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    /// <returns>The exit code: 1 when a task slows searches down by more than half.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        var tasks = Schedule.Defaults.Select(row => row.Task).Where(task => wanted.Count == 0 || wanted.Contains(task)).ToList();
        if (wanted.Except(tasks).FirstOrDefault() is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no task '{unknown}': {string.Join(", ", Schedule.Defaults.Select(row => row.Task))}.");
            return 2;
        }

        await using var system = await PrivateSystem.StartAsync(durable: true, cancellationToken);
        await using var model = await OllamaStub.StartAsync();
        await using var next = await OllamaStub.StartAsync(embeddingModel: LoadSettings.NextModel);
        var settings = LoadSettings.For(system.Path, model.ConnectionString(model.EmbeddingModel), next.ConnectionString(next.EmbeddingModel));
        var worker = await system.StartAsync("RagAspire.Worker", settings, cancellationToken);
        worker.Client.Dispose();
        using var api = (await system.StartAsync("RagAspire.Api", settings, cancellationToken)).Client;
        await using var database = NpgsqlDataSource.Create(system.Database);
        return await MeasureAsync(api, database, tasks, cancellationToken);
    }

    private async Task<int> MeasureAsync(HttpClient api, NpgsqlDataSource database, List<string> tasks, CancellationToken cancellationToken)
    {
        var text = new MadeUpText(seed: 1);
        var told = 0L;
        var passages = await new LoadCorpus(api, database, text).FillAsync(
            Documents, WordsOfADocument, ready => told = Tell(ready, told), cancellationToken);
        await using (var load = new SearchLoad(api, text, Plan.SearchesPerSecond, cancellationToken))
        {
            await Task.Delay(WarmUp, cancellationToken);
            await load.StopAsync();
        }

        output.WriteLine($"{Documents} documents, {passages} passages, {OldRows} old rows of the audit log");
        output.WriteLine($"{Plan.SearchesPerSecond} searches a second, none twice, timed in ms from when each was due to be sent");
        output.WriteLine("| task | runs | seconds | of the time | searches | p50 without | during | p95 without | during | ratio |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        var runs = new TaskRuns(api);
        var measure = new TaskLoad(api, runs, new TaskWork(database, api, runs, OldRows), text, Plan);
        var slow = false;
        foreach (var task in tasks)
        {
            var figures = await measure.MeasureAsync(task, cancellationToken);
            slow |= figures.Ratio > LoadPlan.Allowed;
            output.WriteLine(Line(figures));
        }

        return slow ? 1 : 0;
    }

    private long Tell(long ready, long told)
    {
        if (ready < told + 100)
        {
            return told;
        }

        output.WriteLine($"{ready} of {Documents} documents are ready");
        return ready;
    }

    private static string Line(TaskFigures of)
    {
        var (without, during) = (of.Without, of.During);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `{of.Task}` | {of.Runs} | {of.Ran.TotalSeconds:0.0} | {of.Share:P0} | {without.Count} + {during.Count} | {without.At(0.5):0.0} | {during.At(0.5):0.0} "
            + $"| {without.At(0.95):0.0} | {during.At(0.95):0.0} | {of.Ratio:0.00} |");
    }
}
