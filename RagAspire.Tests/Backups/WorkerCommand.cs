namespace RagAspire.Tests.Backups;

/// <summary>The worker's command line, as a real process.</summary>
internal sealed class WorkerCommand : IAsyncDisposable
{
    private readonly BackgroundProgram _program;

    private WorkerCommand(BackgroundProgram program) => _program = program;

    /// <summary>Everything that it has written to both streams.</summary>
    public string Output => _program.Output;

    public bool HasExited => _program.HasExited;

    public int ExitCode => _program.ExitCode;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static WorkerCommand Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var variables = new Dictionary<string, string>(environment) { ["DOTNET_gcServer"] = "0" };
        variables.TryAdd("Backups__SigningKey", BackupRig.SigningKey);
        return new(BackgroundProgram.Start("dotnet", [BuildOutput.Of("RagAspire.Worker"), .. arguments], variables));
    }

    /// <summary>Runs a command to its end, which must be the expected one.</summary>
    public static async Task<string> RunAsync(
        int expected, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using var command = Start(environment, arguments);
        await command._program.WaitForExitAsync(Token);
        Assert.True(command.ExitCode == expected, $"{string.Join(' ', arguments)} ended with {command.ExitCode}:\n{command.Output}");
        return command.Output;
    }

    /// <summary>kill -9 of the process, but not of its child processes.</summary>
    public async Task KillAsync()
    {
        Assert.False(HasExited, $"It has ended before it could be killed:\n{Output}");
        await _program.KillAsync(Token);
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
