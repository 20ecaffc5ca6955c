using RagAspire.Diagnosis.Memory;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Memory;

/// <summary>The command <c>memory --watch</c> on real processes.</summary>
[Collection(Processes.Name)]
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
}
