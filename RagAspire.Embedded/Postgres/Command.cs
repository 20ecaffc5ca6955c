using System.ComponentModel;
using System.Diagnostics;

namespace RagAspire.Embedded.Postgres;

/// <summary>Runs one short command to its end and keeps what it says.</summary>
internal static class Command
{
    /// <param name="user">The account to run as, or null for our own.</param>
    public static async Task<CommandResult> RunAsync(
        string program, IEnumerable<string> arguments, string? user, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var process = Process.Start(StartInfo(program, arguments, user))
            ?? throw new EmbeddedStoreException($"{program} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException) when (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new EmbeddedStoreException($"{Path.GetFileName(program)} did not finish within {timeout.TotalSeconds:0} s.");
        }
    }

    private static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments, string? user)
    {
        var info = new ProcessStartInfo(program)
        {
            // Our own working directory may be closed to the account, and PostgreSQL wants to return to where it came from.
            WorkingDirectory = Path.GetPathRoot(Environment.SystemDirectory.Length > 0 ? Environment.SystemDirectory : "/")!,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        // A PGDATA, PGPORT or PGOPTIONS of the person at the keyboard is not meant for this server.
        foreach (var name in info.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        info.Environment["LC_MESSAGES"] = "C";
        if (user is not null)
        {
            info.UserName = user;
        }

        return info;
    }

    /// <summary>Whether the command can be started at all and says yes.</summary>
    public static async Task<bool> SucceedsAsync(
        string program, IEnumerable<string> arguments, string? user, CancellationToken cancellationToken)
    {
        try
        {
            var result = await RunAsync(program, arguments, user, TimeSpan.FromSeconds(10), cancellationToken);
            return result.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}

internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public string Said => string.Join('\n', new[] { Output.Trim(), Errors.Trim() }.Where(s => s.Length > 0));
}
