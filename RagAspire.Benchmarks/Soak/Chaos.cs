using RagAspire.Embedded;
using RagAspire.TestSupport.Disks;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks.Soak;

/// <summary>
/// Breaks one part after the other, at random, and brings it back. The first API and the first worker are spared.
/// </summary>
/// <param name="disk">The disk of the database; null when none could be mounted.</param>
internal sealed class Chaos(
    PrivateSystem system, IReadOnlyDictionary<string, HostProcess> hosts, SmallDisk? disk, SoakClient client, Outages outages,
    Random random)
{
    public const string Database = "PostgreSQL";
    public const string Cache = "Redis";
    public const string Disk = "disk";
    public const string Extractor = "extractor";
    public const string FirstApi = "api-1";
    public const string SecondApi = "api-2";
    public const string FirstWorker = "worker-1";
    public const string SecondWorker = "worker-2";

    /// <summary>All parts by which a search can miss what was stored.</summary>
    public static readonly string[] All = [Database, Cache, Disk, SecondApi, FirstWorker, SecondWorker, Extractor];

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan LongestOutage = TimeSpan.FromSeconds(12);

    /// <summary>Until cancelled; the part that is broken then is brought back first.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Between(ShortestPause, LongestPause), cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                // Not cancelled: half a blow would leave a part down.
                await StrikeAsync(CancellationToken.None);
            }
            catch (EmbeddedStoreException ex)
            {
                client.Fault($"a part could not be stopped: {ex.Message}");
            }
        }
    }

    private Task StrikeAsync(CancellationToken cancellationToken) => random.Next(disk is null ? 8 : 9) switch
    {
        0 => HostAsync(SecondApi, process => process.KillAsync(cancellationToken), cancellationToken),
        1 => HostAsync(SecondApi, process => process.StopAsync(cancellationToken), cancellationToken),
        2 => HostAsync(SecondWorker, process => process.KillAsync(cancellationToken), cancellationToken),
        3 => HostAsync(SecondWorker, process => process.StopAsync(cancellationToken), cancellationToken),
        4 => KillExtractorAsync(),
        5 => DatabaseAsync(kill: true, cancellationToken),
        6 => DatabaseAsync(kill: false, cancellationToken),
        7 => CacheAsync(cancellationToken),
        _ => FillDiskAsync(cancellationToken),
    };

    private async Task HostAsync(string name, Func<HostProcess, Task> end, CancellationToken cancellationToken)
    {
        var outage = outages.Begin(name);
        await end(hosts[name]);
        await Task.Delay(Between(TimeSpan.Zero, LongestOutage), cancellationToken);
        await BringBackAsync(name, () => hosts[name].StartAsync(cancellationToken));
        outages.End(outage);
    }

    private Task KillExtractorAsync()
    {
        var outage = outages.Begin(Extractor);
        foreach (var extractor in ProcessFigures.Children(hosts[FirstWorker].ProcessId).Take(1))
        {
            CLibrary.Signal(extractor, CLibrary.Kill);
        }

        outages.End(outage);
        return Task.CompletedTask;
    }

    private async Task DatabaseAsync(bool kill, CancellationToken cancellationToken)
    {
        var outage = outages.Begin(Database);
        if (kill)
        {
            system.KillDatabase();
        }
        else
        {
            await system.StopDatabaseAsync(cancellationToken);
        }

        await Task.Delay(Between(TimeSpan.Zero, LongestOutage), cancellationToken);
        await BringBackAsync(Database, () => system.StartDatabaseAsync(cancellationToken));
        outages.End(outage);
    }

    private async Task CacheAsync(CancellationToken cancellationToken)
    {
        var outage = outages.Begin(Cache);
        await system.StopCacheAsync(cancellationToken);
        await Task.Delay(Between(TimeSpan.Zero, LongestOutage), cancellationToken);
        system.StartCache();
        outages.End(outage);
    }

    private async Task FillDiskAsync(CancellationToken cancellationToken)
    {
        var outage = outages.Begin(Disk);
        disk!.Fill();
        await Task.Delay(LongestOutage, cancellationToken);
        disk.Clear();

        // PostgreSQL ends itself when it cannot write its log; a supervisor would start it again.
        if (system.DatabaseProcess is null)
        {
            await BringBackAsync(Database, () => system.StartDatabaseAsync(cancellationToken));
        }

        outages.End(outage);
    }

    /// <summary>A part that does not come back is a fault of the system, and no end of the blows.</summary>
    private async Task BringBackAsync(string part, Func<Task> start)
    {
        for (var isBack = false; !isBack;)
        {
            try
            {
                await start();
                isBack = true;
            }
            catch (Exception ex) when (ex is InvalidOperationException or EmbeddedStoreException)
            {
                client.Fault($"{part} did not come back: {ex.Message.Split('\n')[0]}");
            }
        }
    }

    private TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * random.NextDouble());
}
