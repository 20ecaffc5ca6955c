using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Npgsql;
using RagAspire.Benchmarks.Load;
using RagAspire.Database;
using RagAspire.TestSupport.Processes;
using RagAspire.TestSupport.Queueing;

namespace RagAspire.Benchmarks.Simulation;

/// <summary>Measures the unit costs of a search, and the delays of two rates beside those that the simulation expects.</summary>
internal sealed class MeasuredPoint(TextWriter output)
{
    private const int WordsPerDocument = 1_500;
    private const int Alone = 400;
    private const int WarmUp = 100;
    private static readonly double[] Loads = [.3, .6];
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    private readonly SyntheticText _text = new(seed: 1);

    public async Task<UnitCosts> MeasureAsync(UnitCosts costs, int documents, CancellationToken cancellationToken)
    {
        await using var system = await PrivateSystem.StartAsync(durable: true, cancellationToken);
        await system.StartAsync("RagAspire.Worker", [], cancellationToken);
        var process = await system.StartAsync("RagAspire.Api", [], cancellationToken);
        using var api = PrivateSystem.ClientOf(process);
        await using var database = NpgsqlDataSource.Create(system.Database);
        var texts = _text.Documents(documents, WordsPerDocument);
        var watch = Stopwatch.StartNew();
        var chunks = await new LoadCorpus(api, database).FillAsync(texts, _ => { }, cancellationToken);
        costs = costs with
        {
            ChunksPerSecond = chunks / watch.Elapsed.TotalSeconds / Environment.ProcessorCount,
            DatabaseBytesPerChunk = await database.Command("select pg_database_size(current_database())").ScalarAsync<long>(cancellationToken)
                / (double)chunks,
        };
        await OneByOneAsync(api, WarmUp, cancellationToken);

        var before = Used(process, system);
        await OneByOneAsync(api, Alone, cancellationToken);
        var after = Used(process, system);
        costs = costs with
        {
            ApiSeconds = (after.Api - before.Api) / Alone,
            DatabaseSeconds = (after.Database - before.Database) / Alone,
        };
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{chunks} chunks of {costs.DatabaseBytesPerChunk:0} bytes, {costs.ChunksPerSecond:0.0} a second and core; a search takes "
            + $"{costs.ApiSeconds * 1000:0.0} ms of the API's CPU time and {costs.DatabaseSeconds * 1000:0.0} ms of PostgreSQL's"));

        output.WriteLine("| load | searches/s | measured median, p95 (ms) | simulated median, p95 (ms) | measured / simulated |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var load in Loads)
        {
            await CompareAsync(api, load, cancellationToken);
        }

        return costs;
    }

    /// <summary>
    /// A request occupies one core while it is served, here or in PostgreSQL. How long it is served is measured one by one before
    /// the load and after it, because the compiler and other programs change it.
    /// </summary>
    /// <param name="load">The share of what the cores can do.</param>
    private async Task CompareAsync(HttpClient api, double load, CancellationToken cancellationToken)
    {
        var alone = await OneByOneAsync(api, Alone / 2, cancellationToken);
        var rate = load * Environment.ProcessorCount / alone.Average();
        var arrivals = OpenLoop.Arrivals(rate, Length, seed: 1);
        var run = await OpenLoop.RunAsync(
            arrivals, () => SearchAsync(api, _text.Question(), cancellationToken), cancellationToken);
        alone = [.. alone, .. await OneByOneAsync(api, Alone / 2, cancellationToken)];
        var measured = new Latencies(run.Took);
        var simulated = QueueSimulation.Run(
            rate, random => alone[random.Next(alone.Count)], Environment.ProcessorCount, requests: 200_000, seed: 1);
        var (median, p95) = (simulated.Median * 1000, simulated.Percentile95 * 1000);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {load:0 %} | {rate:0} | {measured.At(.5):0.0}, {measured.At(.95):0.0} | {median:0.0}, {p95:0.0} "
            + $"| {measured.At(.5) / median:0.00}, {measured.At(.95) / p95:0.00} |"));
    }

    private static (double Api, double Database) Used(HostProcess api, PrivateSystem system) => (
        ProcessFigures.CpuSeconds(api.ProcessId),
        ProcessFigures.Children(system.DatabaseProcess!.Value).Sum(ProcessFigures.CpuSeconds));

    /// <returns>The seconds of each.</returns>
    private async Task<IReadOnlyList<double>> OneByOneAsync(HttpClient api, int searches, CancellationToken cancellationToken)
    {
        var took = new List<double>();
        while (took.Count < searches)
        {
            var startedAt = Stopwatch.GetTimestamp();
            await SearchAsync(api, _text.Question(), cancellationToken);
            took.Add(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
        }

        return took;
    }

    private static async Task<bool> SearchAsync(HttpClient api, string query, CancellationToken cancellationToken)
    {
        using var response = await api.PostAsJsonAsync("/api/v1/search", new { query }, cancellationToken);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return true;
    }
}
