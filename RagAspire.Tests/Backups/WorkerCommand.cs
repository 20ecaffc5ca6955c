using System.Diagnostics;
using System.Text;

namespace RagAspire.Tests.Backups;

/// <summary>The worker's command line, as a real process.</summary>
internal sealed class WorkerCommand : IAsyncDisposable
{
    private const string Question = "[y/N] ";

    private readonly BackgroundProgram _program;

    private WorkerCommand(BackgroundProgram program) => _program = program;

    /// <summary>Everything that it has written to both streams.</summary>
    public string Output => _program.Output;

    public bool HasExited => _program.HasExited;

    public int ExitCode => _program.ExitCode;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static WorkerCommand Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(BackgroundProgram.Start("dotnet", [BuildOutput.Of("RagAspire.Worker"), .. arguments], Variables(environment)));

    /// <summary>Runs a command to its end, which must be the expected one.</summary>
    public static async Task<string> RunAsync(
        int expected, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using var command = Start(environment, arguments);
        await command._program.WaitForExitAsync(Token);
        Assert.True(command.ExitCode == expected, $"{string.Join(' ', arguments)} ended with {command.ExitCode}:\n{command.Output}");
        return command.Output;
    }

    /// <summary>Runs a command to its end on a pseudo terminal, and answers one question after the other.</summary>
    /// <param name="answers">Each is typed when the next <c>[y/N]</c> is seen.</param>
    public static async Task<string> OnTerminalAsync(
        int expected, IReadOnlyDictionary<string, string> environment, IEnumerable<string> answers, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script is not installed (Debian: apt install bsdutils).");
        var command = $"dotnet '{BuildOutput.Of("RagAspire.Worker")}' {string.Join(' ', arguments)}";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in Variables(environment).Append(new("TERM", "dumb")))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var typed = new Queue<string>(answers);
            var (output, letters) = (new StringBuilder(), new char[1]);
            while (await process.StandardOutput.ReadAsync(letters, Token) > 0)
            {
                output.Append(letters[0]);
                var isQuestion = letters[0] == ' ' && output.ToString().EndsWith(Question, StringComparison.Ordinal);
                if (isQuestion && typed.TryDequeue(out var answer))
                {
                    await process.StandardInput.WriteLineAsync(answer);
                    await process.StandardInput.FlushAsync(Token);
                }
            }

            await process.WaitForExitAsync(Token);
            Assert.True(process.ExitCode == expected, $"{command} ended with {process.ExitCode}:\n{output}");
            return output.ToString();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>kill -9 of the process, but not of its child processes.</summary>
    public async Task KillAsync()
    {
        Assert.False(HasExited, $"It has ended before it could be killed:\n{Output}");
        await _program.KillAsync(Token);
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static Dictionary<string, string> Variables(IReadOnlyDictionary<string, string> environment)
    {
        var variables = new Dictionary<string, string>(environment) { ["DOTNET_gcServer"] = "0" };
        variables.TryAdd("Backups__SigningKey", BackupRig.SigningKey);
        return variables;
    }
}
