using System.Runtime.InteropServices;

namespace RagAspire.Embedded;

/// <summary>The few system calls that .NET does not offer. Only on Unix.</summary>
public static partial class CLibrary
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal; false when there is no such process or this process may not signal it.</summary>
    public static bool Signal(int processId, int signal) => SendSignal(processId, signal) == 0;

    /// <summary>The parent process; it changes when the parent ends before this process.</summary>
    public static int ParentProcessId() => GetParent();

    /// <summary>Opens a directory so that child processes inherit the handle, which .NET's own handles never are.</summary>
    internal static int OpenInheritable(string path)
    {
        var descriptor = Open(path, 0);
        return descriptor >= 0
            ? descriptor
            : throw new EmbeddedStoreException($"Cannot open {path}: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
