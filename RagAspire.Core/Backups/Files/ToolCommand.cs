using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using CliWrap;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Files;

/// <summary>Runs pg_dump, pg_restore and age as child processes whose data is streamed through pipes.</summary>
internal static class ToolCommand
{
    private const int LongestError = 4000;

    /// <param name="environment">Secrets belong here: every account of the machine can list the arguments of a process.</param>
    public static Command Create(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // Error messages and versions in English, as they are compared and as operators search for them.
        var variables = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>()) { ["LC_ALL"] = "C" };
        return Cli.Wrap(program).WithArguments(arguments).WithEnvironmentVariables(variables)
            .WithValidation(CommandResultValidation.None);
    }

    /// <summary>Runs a command to its end; cancellation kills it.</summary>
    /// <exception cref="MaintenanceException">The program is missing or failed; the message has its exit code and error
    /// output.</exception>
    public static async Task RunAsync(Command command, CancellationToken cancellationToken)
    {
        var program = Path.GetFileName(command.TargetFilePath);
        var errors = new StringBuilder();
        try
        {
            var result = await command.WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors))
                .ExecuteAsync(null, LowerPriority, cancellationToken);
            if (result.ExitCode != 0)
            {
                throw new MaintenanceException($"{program} failed with exit code {result.ExitCode}: {Shorten(errors)}");
            }
        }
        catch (Win32Exception ex)
        {
            throw new MaintenanceException(
                $"{program} cannot be started: {ex.Message}. Install it, or add its directory to the PATH.", ex);
        }
    }

    /// <summary>Runs a command and returns its output.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<string> ReadAsync(Command command, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        await RunAsync(command.WithStandardOutputPipe(PipeTarget.ToStringBuilder(output)), cancellationToken);
        return output.ToString();
    }

    /// <summary>
    /// The output of a command as the input of another. Where the command fails, the other one ends with an error as well,
    /// and the error of this one is reported.
    /// </summary>
    public static PipeSource OutputOf(Command command) => PipeSource.Create(
        (input, cancellationToken) => RunAsync(command | PipeTarget.ToStream(input, autoFlush: false), cancellationToken));

    /// <summary>Searches have priority over backups.</summary>
    private static void LowerPriority(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception ex) when (ex is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            // The process has ended already, or the platform does not allow it.
        }
    }

    private static string Shorten(StringBuilder errors) =>
        errors.ToString(0, Math.Min(errors.Length, LongestError)).Trim();
}
