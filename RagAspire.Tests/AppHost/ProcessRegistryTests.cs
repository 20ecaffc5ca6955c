using System.Diagnostics;
using RagAspire.AppHost.Lifecycle;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

public sealed class ProcessRegistryTests : IDisposable
{
    private readonly TestDirectory _data = TestDirectory.Create("registry");
    private readonly Process _process = Process.Start("sleep", "60");
    private readonly Process _bystander = Process.Start("sleep", "60");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
        _bystander.Kill();
        _bystander.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task A_later_registry_ends_the_processes_of_the_file_and_spares_one_that_got_an_old_process_id()
    {
        ProcessRegistry.In(_data.Path).Set("sleeper", _process.Id);
        await File.AppendAllTextAsync(
            Path.Combine(_data.Path, "processes"), $"{_bystander.Id} 2001-01-01T00:00:00.0000000+00:00 reused\nnonsense\n", Cancellation);

        var later = ProcessRegistry.In(_data.Path);
        Assert.Equal(_process.Id, Assert.Single(later.Running()).ProcessId);
        await later.EndAllAsync(TimeSpan.FromSeconds(10), Cancellation);

        await _process.WaitForExitAsync(Cancellation);
        Assert.Equal(128 + 15, _process.ExitCode);
        Assert.Empty(later.Running());
        Assert.False(_bystander.HasExited);
    }

    [Fact]
    public async Task A_process_that_ignores_SIGTERM_is_killed_with_its_children()
    {
        using var stubborn = Process.Start(new ProcessStartInfo("sh", ["-c", "trap '' TERM; sleep 60 & echo $!; wait"]) { RedirectStandardOutput = true })!;
        var child = int.Parse((await stubborn.StandardOutput.ReadLineAsync(Cancellation))!, System.Globalization.CultureInfo.InvariantCulture);
        var registry = ProcessRegistry.In(_data.Path);
        registry.Set("stubborn", stubborn.Id);

        await registry.EndAllAsync(TimeSpan.FromMilliseconds(300), Cancellation);

        await stubborn.WaitForExitAsync(Cancellation);
        await Eventually.TrueAsync(
            () => Task.FromResult(ProcessTable.Read().All(process => process.Id != child || process.Arguments.Count == 0)),
            TimeSpan.FromSeconds(10), () => "The child is left.", Cancellation);
    }

    [Fact]
    public void No_file_is_no_error() => Assert.Empty(ProcessRegistry.In(_data.Path).Running());
}
