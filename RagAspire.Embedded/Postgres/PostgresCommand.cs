using System.ComponentModel;
using CliWrap;
using CliWrap.Buffered;

namespace RagAspire.Embedded.Postgres;

/// <summary>Runs one of PostgreSQL's programs, or a short system command, to its end.</summary>
internal static class PostgresCommand
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    /// <param name="user">The account to run as, or null for the own one.</param>
    /// <exception cref="EmbeddedStoreException">It does not finish within the time.</exception>
    public static async Task<BufferedCommandResult> RunAsync(
        string program, IEnumerable<string> arguments, string? user, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var command = Cli.Wrap(program)
            .WithArguments(arguments)
            .WithWorkingDirectory(Path.GetPathRoot(AppContext.BaseDirectory)!) // The account may not enter the current directory.
            .WithEnvironmentVariables(CleanEnvironment())
            .WithValidation(CommandResultValidation.None);
        CLibrary.KeepInheritedHandles();
        try
        {
            return await (user is null ? command : command.WithCredentials(credentials => credentials.SetUserName(user)))
                .ExecuteBufferedAsync(limit.Token);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EmbeddedStoreException($"{Path.GetFileName(program)} did not finish within {timeout.TotalSeconds:0} s.", ex);
        }
    }

    /// <summary>Whether the command can be started and exits with 0.</summary>
    public static async Task<bool> SucceedsAsync(
        string program, IEnumerable<string> arguments, string? user, CancellationToken cancellationToken)
    {
        try
        {
            return (await RunAsync(program, arguments, user, Short, cancellationToken)).IsSuccess;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Output and errors as one text for an error message.</summary>
    public static string Messages(this BufferedCommandResult result) =>
        string.Join('\n', new[] { result.StandardOutput.Trim(), result.StandardError.Trim() }.Where(text => text.Length > 0));

    // A PGDATA, PGPORT or PGOPTIONS of the user's shell is meant for another server. English messages can be recognised.
    private static Dictionary<string, string?> CleanEnvironment()
    {
        var changes = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("PG", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null);
        changes["LC_MESSAGES"] = "C";
        return changes;
    }
}
