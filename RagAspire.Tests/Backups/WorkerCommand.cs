using System.Diagnostics;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>The worker's command line, as a real process.</summary>
internal sealed class WorkerCommand : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private WorkerCommand(Process process) => _process = process;

    /// <summary>All that it has said, on both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static WorkerCommand Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [BuildOutput.Of("RagAspire.Worker"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        info.Environment["DOTNET_gcServer"] = "0";
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        var command = new WorkerCommand(Process.Start(info)!);
        command._process.OutputDataReceived += (_, line) => command.Keep(line.Data);
        command._process.ErrorDataReceived += (_, line) => command.Keep(line.Data);
        command._process.BeginOutputReadLine();
        command._process.BeginErrorReadLine();
        return command;
    }

    /// <summary>Runs a command to its end, which must be the expected one.</summary>
    public static async Task<string> RunAsync(int expected, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using var command = Start(environment, arguments);
        await command._process.WaitForExitAsync(Token);
        Assert.True(command.ExitCode == expected, $"{string.Join(' ', arguments)} ended with {command.ExitCode}:\n{command.Output}");
        return command.Output;
    }

    /// <summary>kill -9, of the process and of nothing that it started.</summary>
    public async Task KillAsync()
    {
        Assert.False(_process.HasExited, $"It has ended before it could be killed:\n{Output}");
        _process.Kill();
        await _process.WaitForExitAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
