using System.Diagnostics;

namespace RagAspire.Embedded.Postgres;

/// <summary>Stops a server: first with a fast shutdown, then with an immediate one.</summary>
internal static class PostgresShutdown
{
    /// <returns>Whether it has ended.</returns>
    public static async Task<bool> EndAsync(
        ProcessIdentity server, PostgresBinaries? binaries, CancellationToken cancellationToken)
    {
        // INT rolls back open transactions and writes a checkpoint. QUIT exits at once, and the next start recovers.
        return await TryEndAsync(server, binaries, "INT", TimeSpan.FromSeconds(30), cancellationToken)
            || await TryEndAsync(server, binaries, "QUIT", TimeSpan.FromSeconds(10), cancellationToken);
    }

    private static async Task<bool> TryEndAsync(
        ProcessIdentity server, PostgresBinaries? binaries, string signal, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            CLibrary.Signal(server.ProcessId, signal == "INT" ? CLibrary.Interrupt : CLibrary.Quit);
        }
        else if (binaries is not null)
        {
            await PostgresCommand.SucceedsAsync(
                binaries.Control, ["kill", signal, $"{server.ProcessId}"], user: null, cancellationToken);
        }

        var waited = Stopwatch.StartNew();
        while (PostmasterFile.IsRunning(server))
        {
            if (waited.Elapsed > patience)
            {
                return false;
            }

            await Task.Delay(20, cancellationToken);
        }

        return true;
    }
}
