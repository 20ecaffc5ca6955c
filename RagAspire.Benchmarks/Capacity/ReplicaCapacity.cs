using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Npgsql;
using RagAspire.Benchmarks.Load;
using RagAspire.Capacity;

namespace RagAspire.Benchmarks.Capacity;

/// <summary>
/// <c>capacity</c>: how many searches per second one API answers with 95 % within the goal, and how many documents per second one
/// worker makes searchable. The result is stored for the planner.
/// </summary>
internal sealed class ReplicaCapacity(TextWriter output)
{
    private const string Usage = "Usage: capacity [--data <data directory>] [--goal <seconds>] [--documents <number>]";
    private const int WordsPerDocument = 1_500;
    private const double FirstRate = 10;
    private const double HighestRate = 5_000;

    // Rates are found to 10 %.
    private const double Precision = 1.1;

    private static readonly TimeSpan Probe = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <returns>The exit code.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--data", "--goal", "--documents");
        var data = read?.Text("--data") ?? Environment.GetEnvironmentVariable("RAGASPIRE_DATA");
        var seconds = read?.Number("--goal", new CapacityOptions().ResponseTimeGoal.TotalSeconds) ?? double.NaN;
        var documents = (int)(read?.Number("--documents", 200) ?? 0);
        if (data is null || !(seconds > 0) || documents < 1)
        {
            await Console.Error.WriteLineAsync($"{Usage}\nWithout --data, RAGASPIRE_DATA names the directory.");
            return 2;
        }

        var goal = TimeSpan.FromSeconds(seconds);
        await using var system = await PrivateSystem.StartAsync(durable: true, cancellationToken);
        await system.StartAsync("RagAspire.Worker", [], cancellationToken);
        using var api = PrivateSystem.ClientOf(await system.StartAsync("RagAspire.Api", [], cancellationToken));
        await using var database = NpgsqlDataSource.Create(system.Database);
        var text = new SyntheticText(seed: 1);
        var texts = text.Documents(documents, WordsPerDocument);
        var watch = Stopwatch.StartNew();
        var chunks = await new LoadCorpus(api, database).FillAsync(texts, _ => { }, cancellationToken);
        var ingested = documents / watch.Elapsed.TotalSeconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"{documents} documents ({chunks} chunks) in {watch.Elapsed.TotalSeconds:0.0} s: {ingested:0.00} documents/s"));
        await TryAsync(api, text, FirstRate, WarmUp, goal, cancellationToken);
        var (rate, took) = await HighestAsync(api, text, goal, cancellationToken);
        var model = new LoadModel(
            TimeProvider.System.GetUtcNow(), rate, took, goal, ingested, Environment.ProcessorCount,
            $"hybrid searches over {documents} documents of {WordsPerDocument} words, each query new");
        var path = Path.Combine(data, "capacity.json");
        await LoadModelFile.WriteAsync(path, model, cancellationToken);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"{rate:0.0} requests/s with 95 % within {took.TotalMilliseconds:0} ms (goal {goal.TotalMilliseconds:0} ms)"));
        output.WriteLine($"Stored in {path}.");
        return 0;
    }

    /// <summary>Doubles the rate until the goal is missed, then halves the interval.</summary>
    private async Task<(double Rate, TimeSpan Took)> HighestAsync(
        HttpClient api, SyntheticText text, TimeSpan goal, CancellationToken cancellationToken)
    {
        var (good, took) = (0.0, TimeSpan.Zero);
        double? bad = null;
        for (var rate = FirstRate; rate <= HighestRate && (bad is null || bad > good * Precision);
            rate = bad is { } missed ? Math.Sqrt(Math.Max(good, 1) * missed) : rate * 2)
        {
            var p95 = await TryAsync(api, text, rate, Probe, goal, cancellationToken);
            var shown = p95 == TimeSpan.MaxValue ? "the goal is missed"
                : string.Create(CultureInfo.InvariantCulture, $"p95 {p95.TotalMilliseconds:0} ms");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate,8:0.0} requests/s: {shown}"));
            (good, took, bad) = p95 <= goal ? (rate, p95, bad) : (good, took, rate);
            if (bad <= 1)
            {
                break;
            }
        }

        return (good, took);
    }

    /// <summary>
    /// The 95th percentile at a rate, without the first second, in which connections are opened. Requests are sent on time
    /// whether
    /// or not earlier ones have finished. More open requests than arrive within the goal means that they wait longer than the
    /// goal.
    /// </summary>
    private static async Task<TimeSpan> TryAsync(
        HttpClient api, SyntheticText text, double rate, TimeSpan length, TimeSpan goal, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (took, open, missed) = (new ConcurrentQueue<TimeSpan>(), new List<Task>(), false);
        var startedAt = Stopwatch.GetTimestamp();
        var period = TimeSpan.FromSeconds(1 / rate);
        for (var dueAt = TimeSpan.Zero; dueAt < length && !missed; dueAt += period)
        {
            while (dueAt - Stopwatch.GetElapsedTime(startedAt) is var early && early > TimeSpan.Zero)
            {
                await Task.Delay(early, cancellationToken);
            }

            open.RemoveAll(search => search.IsCompletedSuccessfully);
            missed = open.Count > Math.Max(10, rate * goal.TotalSeconds);
            open.Add(SearchAsync(api, text.Question(), dueAt, startedAt, took, stopping.Token));
        }

        // What is still open after the goal has missed it.
        var rest = Task.WhenAll(open);
        missed |= await Task.WhenAny(rest, Task.Delay(goal, cancellationToken)) != rest;
        await stopping.CancelAsync();

        // A failed request fails the measurement; a cancelled one has missed the goal.
        await rest.ConfigureAwait(missed ? ConfigureAwaitOptions.SuppressThrowing : ConfigureAwaitOptions.None);
        var sorted = took.Order().ToList();
        return missed || sorted.Count == 0 ? TimeSpan.MaxValue : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * .95))];
    }

    private static async Task SearchAsync(
        HttpClient api, string query, TimeSpan dueAt, long startedAt, ConcurrentQueue<TimeSpan> took,
            CancellationToken cancellationToken)
    {
        using var response = await api.PostAsJsonAsync("/api/v1/search", new { query }, cancellationToken);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (dueAt >= TimeSpan.FromSeconds(1))
        {
            took.Enqueue(Stopwatch.GetElapsedTime(startedAt) - dueAt);
        }
    }
}
