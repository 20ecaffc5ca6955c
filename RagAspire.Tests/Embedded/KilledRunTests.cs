using System.Globalization;
using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Embedded;

/// <summary>What stays of a run of the tests that is killed.</summary>
public sealed class KilledRunTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_servers_of_a_killed_run_end_with_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the next run ends them.");
        await using var run = BackgroundProgram.Start(
            "dotnet", [typeof(KilledRunTests).Assembly.Location, "-class", "*.EmbeddedPostgresTests"], []);
        ProcessIdentity? server = null;
        await Eventually.TrueAsync(
            () => Task.FromResult((server = ServerOf(run.ProcessId)) is not null), Patience, () => $"No server starts: {run.Output}", Cancelled);
        Assert.False(run.HasExited);

        await run.KillAsync(Cancelled);

        await Eventually.TrueAsync(
            () => Task.FromResult(!server!.IsRunning(Patience, "postgres")), Patience, () => "PostgreSQL still runs.", Cancelled);
    }

    [Fact]
    public async Task Only_processes_with_the_mark_are_ended()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the next run ends them.");
        var (mine, other) = ($"{Guid.NewGuid()}", $"{Guid.NewGuid()}");
        await using var marked = Sleeper(mine);
        await using var unmarked = Sleeper(other);

        OrphanGuard.Start(mine)!.Dispose();

        await Eventually.TrueAsync(() => Task.FromResult(marked.HasExited), Patience, () => "The process still runs.", Cancelled);
        Assert.False(unmarked.HasExited);
    }

    private static BackgroundProgram Sleeper(string mark) =>
        BackgroundProgram.Start("sleep", ["600"], new Dictionary<string, string> { [OrphanGuard.Variable] = mark });

    /// <summary>A server that runs in a directory of this run of the tests.</summary>
    private static ProcessIdentity? ServerOf(int run) => Directory
        .GetDirectories(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"ragaspire-test-{run}-*"))
        .Select(EmbeddedPostgres.RunningOn).FirstOrDefault(server => server is not null);
}
