using RagAspire.Diagnosis.Memory;
using RagAspire.Monitoring.Memory;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;
using RagAspire.Worker.Commands;

namespace RagAspire.Tests.Diagnosis.Memory;

/// <summary>The command <c>memory --watch</c> on real processes.</summary>
[Collection(Processes.Watched)]
public sealed class MemoryWatchTests
{
    private static readonly Dictionary<string, string> NoSettings = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("managed", 1, "growing")]
    [InlineData("native", 1, "growing")]
    [InlineData("sawtooth", 0, "stable")]
    public async Task A_real_process_that_leaks_is_found_and_one_that_collects_is_not(string kind, int exitCode, string verdict)
    {
        await using var process = LeakingProcess.Start(kind);
        await Eventually.TrueAsync(
            () => Task.FromResult(process.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), () =>
                process.Output, Token);
        var output = await WorkerCommand.RunAsync(
            exitCode, NoSettings, "memory", "--watch", $"{process.ProcessId}", "--for", "15s", "--every", "0.2s", "--warm-up",
                "1s");

        Assert.Contains($"Verdict: {verdict}", output, StringComparison.Ordinal);
        Assert.True(output.Split('\n').Count(line => line.Contains("since the start", StringComparison.Ordinal)) > 30, output);
    }

    [Theory]
    [InlineData("memory.current", "memory.max", 1_000_000, "Verdict: growing")]
    [InlineData("memory.usage_in_bytes", "memory.limit_in_bytes", 0, "Verdict: stable")]
    public async Task A_container_is_found_by_its_id_and_watched_without_the_cache_that_is_given_back(
        string usage, string limit, long growth, string verdict)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are control groups on Linux only.");
        using var root = TestDirectory.Create("groups");
        var id = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        var group = Directory.CreateDirectory(Path.Combine(root.Path, "system.slice", $"docker-{id}.scope")).FullName;
        var samples = 0;
        void Plant()
        {
            var cache = samples++ % 2 * 300_000_000;
            File.WriteAllText(Path.Combine(group, usage), $"{200_000_000 + (growth * samples) + cache}\n");
            File.WriteAllText(Path.Combine(group, "memory.stat"), $"anon 1\ninactive_file {cache}\n");
        }

        Plant();
        await File.WriteAllTextAsync(Path.Combine(group, limit), "400000000\n", Token);
        var container = await ContainerMemory.FindAsync(id[..12], root.Path, Token);
        Assert.NotNull(container);
        using var output = new StringWriter();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var watched = new WatchedMemory("container", id, () =>
        {
            Plant();
            if (samples > 60)
            {
                end.Cancel();
            }

            return samples < 60 ? container.Read() : null;
        });
        await new MemoryWatch(watched, new SkippedTime(), output).RunAsync(
            TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(10), new MemoryLeakOptions(), end.Token);

        Assert.StartsWith($"Watching the container {id} for 30 minutes", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("(50", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("does not run", output.ToString(), StringComparison.Ordinal);
        Assert.Contains(verdict, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_run_is_said_so()
    {
        var output = await WorkerCommand.RunAsync(2, NoSettings, "memory", "--watch", "no-such-program");
        Assert.Contains("no process and no container 'no-such-program'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_is_watched_too_short_gives_insufficient_data()
    {
        var output = await WorkerCommand.RunAsync(
            5, NoSettings, "memory", "--watch", $"{Environment.ProcessId}", "--for", "1s", "--every", "0.5s");
        Assert.Contains("Verdict: insufficient data", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dump_of_a_leaking_heap_names_its_largest_type()
    {
        await using var process = LeakingProcess.Start("managed");
        await Eventually.TrueAsync(
            () => Task.FromResult(process.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), () =>
                process.Output, Token);
        using var directory = TestDirectory.Create("heap-dump");
        for (var dump = 0; dump < 2; dump++)
        {
            var path = Path.Combine(directory.Path, $"{dump}.nettrace");
            var types = await HeapDump.WriteAsync(process.ProcessId, path, 100_000_000, Token);
            Assert.Equal("System.Byte[]", types[0].Name);
            Assert.True(types[0].Bytes > 100_000_000);
            Assert.True(new FileInfo(path).Length > 0);
        }

        await Assert.ThrowsAsync<IOException>(
            () => HeapDump.WriteAsync(process.ProcessId, Path.Combine(directory.Path, "large"), 1_000, Token));
    }

    /// <summary>A clock on which each wait is over at once, so that samples are evenly apart on a busy machine, too.</summary>
    private sealed class SkippedTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _now += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
