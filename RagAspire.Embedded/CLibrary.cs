using System.Globalization;
using System.Runtime.InteropServices;

namespace RagAspire.Embedded;

/// <summary>The few system calls that .NET does not offer. Only on Unix.</summary>
public static partial class CLibrary
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    // Handles that are meant for child processes.
    private static readonly Lock Passing = new();
    private static readonly HashSet<int> Passed = [];

    /// <summary>Sends a signal; false when there is no such process or this process may not signal it.</summary>
    public static bool Signal(int processId, int signal) => SendSignal(processId, signal) == 0;

    /// <summary>The parent process; it changes when the parent ends before this process.</summary>
    public static int ParentProcessId() => GetParent();

    /// <summary>Opens a directory so that child processes inherit the handle, which .NET's own handles never are.</summary>
    internal static int OpenInheritable(string path)
    {
        lock (Passing)
        {
            var descriptor = Open(path, 0);
            if (descriptor < 0)
            {
                throw new EmbeddedStoreException($"Cannot open {path}: error {Marshal.GetLastPInvokeError()}.");
            }

            Passed.Add(descriptor);
            return descriptor;
        }
    }

    internal static void Close(int descriptor)
    {
        lock (Passing)
        {
            Passed.Remove(descriptor);
            _ = CloseDescriptor(descriptor);
        }
    }

    /// <summary>
    /// Keeps from child processes the handles that this process was itself started with, such as the pipe of a script: a server
    /// would hold them open for as long as it runs, and the script would wait for it. Only on Linux.
    /// </summary>
    internal static void KeepInheritedHandles()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        lock (Passing)
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Path.GetFileName))
            {
                if (int.TryParse(entry, CultureInfo.InvariantCulture, out var descriptor)
                    && descriptor > 2 && !Passed.Contains(descriptor))
                {
                    // One that is closed meanwhile needs nothing.
                    _ = Control(descriptor, SetDescriptorFlags, CloseOnExec);
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
