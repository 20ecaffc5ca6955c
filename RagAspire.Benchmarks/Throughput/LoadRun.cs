using System.Globalization;
using Npgsql;
using RagAspire.Benchmarks.Load;
using RagAspire.Capacity.Forecasting;
using RagAspire.TestSupport.Processes;
using RagAspire.TestSupport.Queueing;

namespace RagAspire.Benchmarks.Throughput;

/// <summary>
/// <c>load</c>: new and cached searches over HTTP by clients that wait for answers, and at a rate that does not; beside them, in
/// turns within the same run, an endpoint that only returns the bytes of the cached responses. Text alone, without a model.
/// Last, the API is started again.
/// </summary>
internal sealed class LoadRun(TextWriter output)
{
    private const string Usage =
        "Usage: load [--clients <number>] [--seconds <of each load>] [--rate <requests per second; by default half of what the clients "
        + "reach>] [--chunks <number> | --data <folder with corpus.jsonl, queries.jsonl and qrels.tsv>]";

    private const int WordsPerDocument = 1_500;
    private const int ChunksPerDocument = 7;
    private const int Rounds = 3;
    private const int ProgressStep = 100;
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(5);

    /// <returns>The exit code: 1 when a request failed.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--clients", "--seconds", "--chunks", "--rate", "--data");
        var (clients, seconds) = ((int)(read?.Number("--clients", 16) ?? 0), read?.Number("--seconds", 20) ?? double.NaN);
        var (chunks, rate) = ((int)(read?.Number("--chunks", 10_000) ?? 0), read?.Number("--rate", 0) ?? double.NaN);
        if (clients < 1 || !(seconds > 0) || chunks < 1 || !(rate >= 0)
            || (read?.Text("--data") is { } data && !Directory.Exists(data)))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var system = await PrivateSystem.StartAsync(durable: false, cancellationToken);
        var settings = new Dictionary<string, string> { ["Embeddings__Embedded"] = "off" };
        await system.StartAsync("RagAspire.Worker", settings, cancellationToken);
        var api = await system.StartAsync("RagAspire.Api", settings, cancellationToken);
        var collection = read!.Text("--data") is { } folder ? new BeirText(folder) : null;
        var (documents, question) = collection is null ? Synthetic(chunks) : (collection.Documents, collection.Question);
        await FillAsync(system, api, documents, cancellationToken);
        if (collection is not null)
        {
            using var client = PrivateSystem.ClientOf(api);
            output.WriteLine($"{await ServedQuality.MeasureAsync(client, collection.Judged, cancellationToken)}");
        }

        var questions = new Questions(api.Address, question);
        var bytes = await questions.KeepAsync(system.Cache, cancellationToken);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{clients} clients, {seconds} s of each load, responses of {bytes / 1000:0.0} kB, {Environment.ProcessorCount} cores for all processes"));
        var (program, address) = await FloorServer.StartAsync(system.Cache, cancellationToken);
        await using var floorProgram = program;
        using var uncached = new Target("uncached search", api.ProcessId, questions.New);
        using var cached = new Target("cached search", api.ProcessId, questions.Again);
        using var floor = new Target("floor", program.ProcessId, () => questions.FromFloor(address));
        Target[] targets = [uncached, cached, floor];
        var ended = await MeasureAsync(targets, clients, TimeSpan.FromSeconds(seconds), rate, cancellationToken);
        await new ApiRestart(api, system.Database, output).PrintAsync(cancellationToken);
        return ended;
    }

    /// <returns>The documents, and what makes questions that were not asked before.</returns>
    private static (IReadOnlyList<LoadDocument> Documents, Func<string> Question) Synthetic(int chunks)
    {
        var text = new SyntheticText(seed: 1);
        return (text.Documents(Math.Max(1, chunks / ChunksPerDocument), WordsPerDocument), text.Question);
    }

    private async Task FillAsync(
        PrivateSystem system, HostProcess api, IReadOnlyCollection<LoadDocument> documents, CancellationToken cancellationToken)
    {
        using var client = PrivateSystem.ClientOf(api);
        await using var database = NpgsqlDataSource.Create(system.Database);
        var printed = 0L;
        var stored = await new LoadCorpus(client, database).FillAsync(
            documents,
            ready =>
            {
                if (ready >= printed + ProgressStep)
                {
                    printed = ready;
                    output.WriteLine($"{ready} of {documents.Count} documents are ready");
                }
            },
            cancellationToken);
        output.WriteLine($"{documents.Count} documents, {stored} chunks");
    }

    /// <param name="targets">New searches, cached ones, and the floor.</param>
    private async Task<int> MeasureAsync(
        Target[] targets, int clients, TimeSpan length, double rate, CancellationToken cancellationToken)
    {
        var closed = targets.ToDictionary(target => target, _ => new List<Measured>());
        foreach (var target in targets)
        {
            await ClosedAsync(target, clients, length / 2 < LongestWarmUp ? length / 2 : LongestWarmUp, cancellationToken);
        }

        for (var round = 1; round <= Rounds; round++)
        {
            foreach (var target in targets)
            {
                closed[target].Add(await ClosedAsync(target, clients, length / Rounds, cancellationToken));
            }

            output.WriteLine($"round {round} of {Rounds} is done");
        }

        var rows = targets.Select(target => (Name: $"{target.Name}, {clients} clients", Load: Measured.Joined(closed[target]))).ToList();
        foreach (var target in targets[..^1])
        {
            var arrivals = rate > 0 ? rate : Measured.Joined(closed[target]).Load.PerSecond / 2;
            var load = await OpenAsync(target, arrivals, length, cancellationToken);
            rows.Add((string.Create(CultureInfo.InvariantCulture, $"{target.Name}, {arrivals:0}/s arrive"), load));
        }

        Print(rows);
        PrintRatios(closed[targets[1]], closed[targets[2]]);
        output.WriteLine($"highest resident memory: API {targets[0].PeakBytes >> 20} MiB, floor {targets[2].PeakBytes >> 20} MiB");
        return rows.Exists(row => row.Load.Load.Failed > 0) ? 1 : 0;
    }

    private static Task<Measured> ClosedAsync(Target target, int clients, TimeSpan length, CancellationToken cancellationToken) =>
        Measured.RunAsync(target, () => ClosedLoop.RunAsync(clients, length, () => target.SendAsync(cancellationToken)));

    private static Task<Measured> OpenAsync(Target target, double rate, TimeSpan length, CancellationToken cancellationToken) =>
        Measured.RunAsync(target, () => OpenLoop.RunAsync(
            OpenLoop.Arrivals(rate, length, seed: 1), () => target.SendAsync(cancellationToken), cancellationToken));

    private void Print(List<(string Name, Measured Load)> rows)
    {
        output.WriteLine("| load | requests/s | p50 ms | p95 ms | p99 ms | errors | CPU s of the server for 1,000 | requests for one CPU s |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (name, load) in rows)
        {
            output.WriteLine($"| {name} | {load} |");
        }
    }

    /// <summary>Medians over the rounds. Requests/s include what the clients cost, CPU time of the servers does not.</summary>
    private void PrintRatios(List<Measured> cached, List<Measured> floor)
    {
        var (speed, cost) = (
            Robust.Median([.. cached.Zip(floor, (one, other) => one.Load.PerSecond / other.Load.PerSecond)]),
            Robust.Median([.. cached.Zip(floor, (one, other) => one.CpuPerThousand / other.CpuPerThousand)]));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"cached search against the floor: {speed:0.00} of the requests/s, {cost:0.0} times the CPU time of the server"));
    }
}
