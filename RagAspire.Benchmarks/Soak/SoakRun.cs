using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RagAspire.TestSupport.Disks;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks.Soak;

/// <summary>
/// <c>soak</c>: two replicas of the API, two workers and their stores under a mixed load, while processes are killed, stores go
/// away and the disk runs full. Nothing may be lost, stored twice, hang or grow.
/// </summary>
internal sealed class SoakRun(TextWriter output)
{
    private const string Usage = "Usage: soak [--minutes <number>] [--rate <requests per second>] [--seed <number>]";
    private const int Users = 8;
    private const int DiskMegabytes = 3_000;
    private const double ShareOfCapacity = .7;

    private static readonly TimeSpan Calibration = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMinutes(1);

    private readonly Outages _outages = new(TimeProvider.System);

    /// <returns>The exit code: 1 when something was lost, stored twice, grew or went wrong.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--minutes", "--rate", "--seed");
        var (minutes, rate) = (read?.Number("--minutes", 60) ?? double.NaN, read?.Number("--rate", 0) ?? double.NaN);
        var seed = (int)(read?.Number("--seed", 1) ?? 0);
        if (!(minutes > 0) || !(rate >= 0))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        using var disk = SmallDisk.CanMount ? SmallDisk.Mount(DiskMegabytes) : null;
        await using var system = await PrivateSystem.StartAsync(durable: true, cancellationToken, disk?.Path);
        var hosts = new Dictionary<string, HostProcess>
        {
            [Chaos.FirstApi] = await system.StartAsync("RagAspire.Api", [], cancellationToken),
            [Chaos.FirstWorker] = await system.StartAsync("RagAspire.Worker", [], cancellationToken),
            [Chaos.SecondApi] = await system.StartAsync("RagAspire.Api", [], cancellationToken),
            [Chaos.SecondWorker] = await system.StartAsync("RagAspire.Worker", [], cancellationToken),
        };
        using var first = PrivateSystem.ClientOf(hosts[Chaos.FirstApi]);
        using var second = PrivateSystem.ClientOf(hosts[Chaos.SecondApi]);
        (first.Timeout, second.Timeout) = (SoakClient.Longest, SoakClient.Longest);
        var client = new SoakClient([(Chaos.FirstApi, first), (Chaos.SecondApi, second)], _outages);
        var users = Enumerable.Range(0, Users).Select(number => new SoakUser(number, seed, client, _outages)).ToList();
        rate = rate > 0 ? rate : ShareOfCapacity * await CapacityAsync(users, cancellationToken);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{rate:0.0} requests/s for {minutes} min, seed {seed}, {(disk is null ? "no small disk" : "with a disk that runs full")}"));
        var chaos = new Chaos(system, hosts, disk, client, _outages, new Random(seed));
        var figures = new SoakFigures(
            system, [(Chaos.FirstApi, hosts[Chaos.FirstApi]), (Chaos.FirstWorker, hosts[Chaos.FirstWorker])], _outages);
        await LoadAsync(users, client, chaos, figures, TimeSpan.FromMinutes(minutes), rate, cancellationToken);

        await using var database = NpgsqlDataSource.Create(system.Database);
        var check = new SoakCheck([first, second], database, client);
        var (lost, doubled) = await check.RunAsync(
            [.. users.SelectMany(user => user.Documents)], [.. users.SelectMany(user => user.Deleted)], cancellationToken);
        return Print(users, client, figures, lost, doubled);
    }

    /// <summary>Requests per second without a pause between them.</summary>
    private static async Task<double> CapacityAsync(List<SoakUser> users, CancellationToken cancellationToken)
    {
        var (watch, sent) = (Stopwatch.StartNew(), 0);
        await Task.WhenAll(users.Select(async user =>
        {
            while (watch.Elapsed < Calibration)
            {
                await user.StepAsync(cancellationToken);
                Interlocked.Increment(ref sent);
            }
        }));
        return sent / watch.Elapsed.TotalSeconds;
    }

    private async Task LoadAsync(
        List<SoakUser> users, SoakClient client, Chaos chaos, SoakFigures figures, TimeSpan length, double rate,
        CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(length);
        var side = new[] { chaos.RunAsync(over.Token), ProgressAsync(client, over.Token) };
        var measuring = figures.RunAsync(over.Token);
        var period = TimeSpan.FromSeconds(users.Count / rate);
        await Task.WhenAll(users.Select(async user =>
        {
            while (!over.IsCancellationRequested)
            {
                // Not cancelled: a write that is given up may or may not have been stored.
                var step = Stopwatch.GetTimestamp();
                await user.StepAsync(CancellationToken.None);
                var rest = period - Stopwatch.GetElapsedTime(step);
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, over.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }));
        await Task.WhenAll([.. side, measuring]);
    }

    private async Task ProgressAsync(SoakClient client, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(ProgressInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            output.WriteLine(
                $"{_outages.Now:HH:mm:ss} {client.Count(SoakOutcome.Answered)} answered, {client.Count(SoakOutcome.Refused)} refused, "
                + $"{client.Count(SoakOutcome.Broken)} broken, {_outages.All.Count} blows, {client.Faults.Count} faults");
        }
    }

    private int Print(List<SoakUser> users, SoakClient client, SoakFigures figures, int lost, long doubled)
    {
        foreach (var fault in client.Faults)
        {
            output.WriteLine(fault);
        }

        var blows = _outages.All.GroupBy(outage => outage.Part).Select(part => $"{part.Key} {part.Count()}");
        var sorted = client.Milliseconds.Order().ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{sorted.Count} answered (p50 {At(sorted, .5):0} ms, p99 {At(sorted, .99):0} ms), {client.Count(SoakOutcome.Refused)} refused for now, "
            + $"{client.Count(SoakOutcome.Broken)} broken by a kill; blows: {string.Join(", ", blows)}"));
        output.WriteLine(
            $"{users.Sum(user => user.Documents.Count)} documents stored, {users.Sum(user => user.Deleted.Count)} deleted: "
            + $"{lost} lost, {doubled} doubled, {client.Hangs} hangs, {client.Faults.Count} faults");
        output.WriteLine("| figure | first | last | verdict |\n|---|---|---|---|");
        var grows = false;
        foreach (var one in figures.Judge())
        {
            grows |= one.Verdict.Trend == Diagnosis.Memory.MemoryTrend.Growing;
            output.WriteLine(SoakFigures.Line(one));
        }

        return lost > 0 || doubled > 0 || grows || !client.Faults.IsEmpty ? 1 : 0;
    }

    private static double At(List<double> sorted, double quantile) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * quantile))];
}
