using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RagAspire.Database;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks.Replicas;

/// <summary>
/// <c>replicas</c>: three APIs and two workers behind nginx with the shipped configuration take in documents, answer reads and
/// searches, and die one after the other. No read may fail, and no document may be lost or be there twice.
/// </summary>
internal sealed class ReplicaRun(TextWriter output)
{
    private const string Usage = "Usage: replicas [--documents <number>] [--kill-every <seconds>] [--seed <number>]";
    private const int Readers = 4;
    private const int Uploaders = 2;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <returns>The exit code: 1 when a read failed, or a document was lost or doubled.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--documents", "--kill-every", "--seed");
        var (documents, seed) = ((int)(read?.Number("--documents", 2_000) ?? 0), (int)(read?.Number("--seed", 1) ?? 0));
        var pause = read?.Number("--kill-every", 10) ?? 0;
        if (documents < 1 || !(pause > 0))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var system = await PrivateSystem.StartAsync(durable: true, cancellationToken);
        var replicas = await StartAsync(system, 3, "RagAspire.Api", cancellationToken);
        var workers = await StartAsync(system, 2, "RagAspire.Worker", cancellationToken);
        var folder = Directory.CreateDirectory(Path.Combine(system.Path, "nginx"));
        await using var balancer = new LoadBalancer(folder.FullName, [.. replicas.Select(replica => replica.Address)]);
        await balancer.StartAsync(cancellationToken);
        using var client = balancer.Client();
        client.DefaultRequestHeaders.Add("X-Api-Key", PrivateSystem.Key);
        await using var database = NpgsqlDataSource.Create(system.Database);

        var traffic = new ReplicaTraffic(client);
        var victims = new Victims([.. replicas, .. workers], TimeSpan.FromSeconds(pause), new Random(seed));
        var watch = Stopwatch.StartNew();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => traffic.ReadAsync(reader, over.Token)));
        var killing = victims.KillAsync(over.Token);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, documents),
            new ParallelOptions { MaxDegreeOfParallelism = Uploaders, CancellationToken = cancellationToken },
            async (number, stopping) => await traffic.UploadAsync(number, stopping));
        var waiting = await WaitAsync(database, cancellationToken);
        var took = watch.Elapsed;
        await over.CancelAsync();
        await killing;
        await reading;

        var check = await ReplicaCheck.RunAsync(database, client, documents, cancellationToken);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{documents} documents in {took.TotalSeconds:0} s, {victims.Killed} processes killed, {traffic.Repeated} uploads repeated"));
        output.WriteLine($"{traffic.Answered} reads and searches, {traffic.Failures.Count} failed");
        output.WriteLine($"{waiting} not processed, {check.Lost} lost, {check.Doubled} doubled, {check.Unfound} not found by search");
        foreach (var failure in traffic.Failures.Take(10))
        {
            output.WriteLine($"  {failure}");
        }

        return traffic.Failures.IsEmpty && waiting == 0 && check == default ? 0 : 1;
    }

    private static async Task<IReadOnlyList<HostProcess>> StartAsync(
        PrivateSystem system, int number, string project, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string>
        {
            ["Proxies__Networks"] = "127.0.0.1/32",
            ["Leases__Duration"] = "00:00:10",
        };
        var processes = new List<HostProcess>();
        while (processes.Count < number)
        {
            processes.Add(await system.StartAsync(project, settings, cancellationToken));
        }

        return processes;
    }

    /// <returns>The documents that are still not processed when patience ends.</returns>
    private static async Task<long> WaitAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var waiting = await database.Command("select count(*) from documents where status in ('pending', 'processing')")
                .ScalarAsync<long>(cancellationToken);
            if (waiting == 0 || watch.Elapsed > Patience)
            {
                return waiting;
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }
}
