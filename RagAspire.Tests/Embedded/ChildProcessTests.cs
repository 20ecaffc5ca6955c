using System.Diagnostics;
using RagAspire.Embedded.Processes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Embedded;

public sealed class ChildProcessTests : IDisposable
{
    private readonly TestDirectory _data = TestDirectory.Create("children");
    private readonly StringWriter _written = new();
    private readonly ConsoleOutput _output;

    public ChildProcessTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The children are shell scripts.");
        _output = new ConsoleOutput(TextWriter.Synchronized(_written), colour: false);
    }

    public void Dispose()
    {
        _written.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Every_line_says_whose_it_is_and_carries_no_colour_off_a_terminal()
    {
        await using var children = Supervisor();
        children.Start(Shell("talker", "echo out; echo err >&2; sleep 30"));

        await WrittenAsync("talker     | out");
        await WrittenAsync("talker     | err");
        Assert.DoesNotContain("\e", _written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_that_was_closed_does_not_keep_anybody_from_stopping()
    {
        await using var closed = new ClosedTerminal();
        await using var children = new Supervisor(
            new ProcessLedger(Path.Combine(_data.Path, "processes")), new ConsoleOutput(closed, colour: true), TimeProvider.System);
        var child = children.Start(Shell("talker", "trap 'echo bye; exit 0' TERM; echo here; while :; do sleep .05; done"));
        await Eventually.TrueAsync(
            () => Task.FromResult(closed.Writes > 0), TimeSpan.FromSeconds(15), () => "Nothing was written.", TestContext.Current.CancellationToken);

        await children.StopAsync(TestContext.Current.CancellationToken);

        Assert.Null(child.ProcessId);
    }

    [Fact]
    public async Task Who_crashes_starts_again_later_and_later()
    {
        await using var children = Supervisor();
        var child = children.Start(Shell("crasher", "exit 3"));

        await WrittenAsync("exit code 3; starts again in 1 s");
        await WrittenAsync("exit code 3; starts again in 2 s");

        Assert.True(child.Crashes >= 2);
        Assert.Equal(TimeSpan.FromSeconds(30), ChildProcess.Delay(failures: 50));
    }

    [Fact]
    public async Task The_last_to_start_is_the_first_to_stop()
    {
        await using var children = Supervisor();
        foreach (var name in new[] { "first", "second" })
        {
            children.Start(Shell(name, "trap 'echo bye; exit 0' TERM; echo here; while :; do sleep .05; done"));
            await WrittenAsync($"{name,-10} | here");
        }

        await children.StopAsync(TestContext.Current.CancellationToken);

        var text = _written.ToString();
        Assert.InRange(text.IndexOf("second     | bye", StringComparison.Ordinal), 0, text.IndexOf("first      | bye", StringComparison.Ordinal));
        Assert.DoesNotContain("starts again", text);
    }

    [Fact]
    public async Task Who_does_not_listen_is_ended_when_its_time_is_over()
    {
        await using var children = Supervisor();
        var child = children.Start(
            Shell("stubborn", "trap '' TERM; echo here; while :; do sleep .05; done") with { StopTimeout = TimeSpan.FromSeconds(1) });
        await WrittenAsync("stubborn   | here");
        var waited = Stopwatch.StartNew();

        await children.StopAsync(TestContext.Current.CancellationToken);

        Assert.InRange(waited.Elapsed.TotalSeconds, .9, 5);
        Assert.Null(child.ProcessId);
    }

    [Fact]
    public async Task The_ledger_names_what_runs_and_only_that()
    {
        var path = Path.Combine(_data.Path, "processes");
        await using var children = Supervisor();
        var child = children.Start(Shell("lasting", "sleep 30"));
        using var bystander = Process.Start("sleep", "30");
        await File.AppendAllTextAsync(
            path, $"{bystander.Id} 2001-01-01T00:00:00.0000000+00:00 reused\nnonsense\n", TestContext.Current.CancellationToken);

        var (name, process) = Assert.Single(new ProcessLedger(path).LeftOvers());
        Assert.Equal(("lasting", child.ProcessId), (name, process.ProcessId));

        await ProcessLedger.EndAsync([process], TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.False(process.IsRunning(TimeSpan.FromSeconds(30)));
        Assert.False(bystander.HasExited);
        bystander.Kill();
    }

    private static ChildSpec Shell(string name, string script) => new(name, "sh", "-c", script);

    private Supervisor Supervisor() =>
        new(new ProcessLedger(Path.Combine(_data.Path, "processes")), _output, TimeProvider.System);

    private Task WrittenAsync(string text) => Eventually.TrueAsync(
        () => Task.FromResult(_written.ToString().Contains(text, StringComparison.Ordinal)),
        TimeSpan.FromSeconds(15),
        () => $"'{text}' is not in:\n{_written}",
        TestContext.Current.CancellationToken);

    private sealed class ClosedTerminal : TextWriter
    {
        public int Writes { get; private set; }

        public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            Writes++;
            throw new IOException("Input/output error");
        }
    }
}
