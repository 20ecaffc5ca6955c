using System.Diagnostics;
using RagAspire.Embedded.Postgres;

namespace RagAspire.Embedded.Processes;

/// <summary>
/// A small process that outlives us only to tidy up. It listens to a pipe: a word of goodbye ends it, and when the pipe
/// closes without one, we were killed, and it ends the children and the database that we left.
/// </summary>
public sealed class Guard : IDisposable
{
    /// <summary>The argument that makes a program call <see cref="WatchAsync"/> and nothing else.</summary>
    public const string Verb = "guard";

    private const string Goodbye = "goodbye";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly Process _process;

    private Guard(Process process) => _process = process;

    /// <summary>Where a data directory keeps the list of running children.</summary>
    public static string LedgerIn(string dataDirectory) => Path.Combine(dataDirectory, "processes");

    /// <param name="command">Starts the program that understands <see cref="Verb"/>.</param>
    public static Guard Start(string program, IEnumerable<string> command, string dataDirectory)
    {
        var info = new ProcessStartInfo(Session.Program ?? program) { RedirectStandardInput = true, UseShellExecute = false };
        if (Session.Program is not null)
        {
            info.ArgumentList.Add(program);
        }

        foreach (var argument in command.Append(Verb).Append(dataDirectory))
        {
            info.ArgumentList.Add(argument);
        }

        // It does almost nothing, and should take almost nothing.
        info.Environment["DOTNET_gcServer"] = "0";
        info.Environment["DOTNET_GCHeapHardLimit"] = "0x2000000";
        info.Environment["DOTNET_TieredPGO"] = "0";
        return new Guard(Process.Start(info)!);
    }

    /// <summary>The guard's own work.</summary>
    public static async Task WatchAsync(TextReader pipe, string dataDirectory, CancellationToken cancellationToken)
    {
        while (await pipe.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == Goodbye)
            {
                return;
            }
        }

        // Read at once: whoever starts next writes a list of its own, which is none of our business.
        var children = new ProcessLedger(LedgerIn(dataDirectory)).LeftOvers();
        var postgres = EmbeddedPostgres.RunningOn(dataDirectory);
        await ProcessLedger.EndAsync([.. children.Select(child => child.Process)], TimeSpan.FromSeconds(5), cancellationToken);
        if (postgres is not null)
        {
            await EmbeddedPostgres.EndAsync(postgres, cancellationToken);
        }
    }

    /// <summary>Tells it that nothing is left to tidy up.</summary>
    public void Dismiss()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.WriteLine(Goodbye);
        }
    }

    /// <summary>Closes the pipe and waits until it has done what there is to do.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            _process.WaitForExit(Patience);
        }

        _process.Dispose();
    }
}
