using Microsoft.Extensions.Time.Testing;
using RagAspire.AppHost;
using RagAspire.AppHost.Lifecycle;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Disks;

namespace RagAspire.Tests.AppHost;

/// <summary>A real disk runs full under the data directory.</summary>
public sealed class DiskMonitorTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(11);

    [Fact]
    public async Task A_disk_that_runs_full_is_told_once_and_so_is_its_recovery()
    {
        Assert.SkipUnless(SmallDisk.CanMount, "Mounting a file system needs root on Linux.");
        using var disk = SmallDisk.Mount(megabytes: 600);
        var (time, output) = (new FakeTimeProvider(), new StringWriter());
        using var monitor = new DiskMonitor(AppHostOptions.Parse([], _ => null, disk.Path), time, output);
        await monitor.StartAsync(TestContext.Current.CancellationToken);
        await SaysAsync(0);

        disk.Fill();
        time.Advance(Interval);
        await SaysAsync(1);
        time.Advance(Interval);
        Assert.StartsWith($"The disk of {disk.Path} has only 0 MB left.", output.ToString());

        disk.Clear();
        time.Advance(Interval);
        await SaysAsync(2);
        Assert.Matches("has [0-9]+ MB again", output.ToString());
        await monitor.StopAsync(TestContext.Current.CancellationToken);

        Task SaysAsync(int lines) => Eventually.TrueAsync(
            () => Task.FromResult(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == lines),
            TimeSpan.FromSeconds(10),
            () => $"Said:\n{output}",
            TestContext.Current.CancellationToken);
    }
}
