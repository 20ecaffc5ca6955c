using System.Runtime.InteropServices;

namespace RagAspire.Embedded;

/// <summary>
/// Gives the stop signals back their default meaning. A shell starts background jobs with SIGINT and SIGQUIT ignored, the
/// runtime respects that, and child processes inherit it: without this, Ctrl-C would reach none of them.
/// </summary>
public static partial class SignalDefaults
{
    private static readonly int[] StopSignals = [CLibrary.Interrupt, CLibrary.Quit, CLibrary.Terminate];

    // sigset_t has 128 bytes on Linux and 4 on macOS.
    private const int SetBytes = 128;

    /// <summary>
    /// Must run before anything else in the process handles signals or uses the console, because the runtime looks at the
    /// dispositions only once. SIGHUP stays as it is: <c>nohup</c> ignores it on purpose.
    /// </summary>
    public static void Restore()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Span<byte> set = stackalloc byte[SetBytes];
        _ = EmptySet(set);
        foreach (var signal in StopSignals)
        {
            _ = SetHandler(signal, handler: 0);
            _ = AddToSet(set, signal);
        }

        const int unblockOnLinux = 1;
        const int unblockOnMac = 2;
        _ = SetMask(OperatingSystem.IsLinux() ? unblockOnLinux : unblockOnMac, set, previous: 0);
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySet(Span<byte> set);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    private static partial int AddToSet(Span<byte> set, int signal);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int SetMask(int how, ReadOnlySpan<byte> set, nint previous);
}
