using System.Diagnostics;

namespace RagAspire.TestSupport.Processes;

/// <summary>
/// Ends what a run of the tests has started when the run ends without doing so itself, however it ends. Only on Linux, which
/// tells how a process was started.
/// </summary>
/// <remarks>
/// The processes are known by a variable of their environment, which children inherit. The guard is a shell in a session of
/// its own. It reads from a pipe that closes with this process.
/// </remarks>
public sealed class OrphanGuard : IDisposable
{
    /// <summary>The variable, which marks the processes of one run.</summary>
    public const string Variable = "RAGASPIRE_RUN";

    // PostgreSQL ends its own children at SIGQUIT; killed, it would leave them.
    private const string Script = """
        exec > /dev/null 2>&1
        cat
        for file in $(grep -ls "RAGASPIRE_RUN=$1" /proc/[0-9]*/environ); do
          process=${file#/proc/}
          process=${process%/environ}
          if [ "$process" = $$ ]; then continue; fi
          if [ "$(cat /proc/$process/comm)" = postgres ]; then kill -QUIT "$process"; else kill -KILL "$process"; fi
        done
        """;

    // Kept, because a pipe that is collected closes, and the guard would begin in the middle of the run.
    private static OrphanGuard? _ofThisProcess;

    private readonly Process _shell;

    private OrphanGuard(Process shell) => _shell = shell;

    /// <summary>Marks this process and guards what it starts from now on.</summary>
    public static void GuardThisProcess()
    {
        var mark = Guid.NewGuid().ToString();
        Environment.SetEnvironmentVariable(Variable, mark);
        _ofThisProcess = Start(mark);
    }

    /// <summary>Guards the processes with a mark until this process ends or the guard is disposed.</summary>
    public static OrphanGuard? Start(string mark) => OperatingSystem.IsLinux()
        ? new OrphanGuard(Process.Start(new ProcessStartInfo("setsid", ["/bin/sh", "-c", Script, "guard", mark])
        {
            RedirectStandardInput = true,
        })!)
        : null;

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.Dispose();
    }
}
