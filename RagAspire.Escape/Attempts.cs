using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RagAspire.Escape;

/// <summary>Ways out of a sandbox. An attempt that succeeds returns; one that is refused throws.</summary>
internal static partial class Attempts
{
    // Seizing does not stop the traced process, as attaching does.
    private const int PtraceSeize = 0x4206;
    private const int NewMountNamespace = 0x20000;

    public static IEnumerable<(string Name, Action Attempt)> Of(Target target) =>
    [
        ("work", Work),
        ("read a secret file", () => File.ReadAllText(target.Secret)),
        ("read a file of everybody", () => File.ReadAllText(target.Readable)),
        ("list the folder", () => Directory.GetFiles(target.Folder)),
        ("read the parent's environment", () => File.ReadAllBytes($"/proc/{target.Parent}/environ")),
        ("read the parent's memory", () => File.OpenHandle($"/proc/{target.Parent}/mem").Dispose()),
        ("list processes", () => Directory.GetDirectories("/proc")),
        ("find a secret in the environment", FindSecret),
        ("use an inherited handle", UseInheritedHandle),
        ("write a file", () => File.WriteAllText(Path.Combine(target.Folder, "written"), "x")),
        ("delete a file", () => File.Delete(target.Readable)),
        ("connect by TCP", () => Connect(AddressFamily.InterNetwork, new IPEndPoint(IPAddress.Loopback, target.Port))),
        ("connect to a socket file", () => Connect(AddressFamily.Unix, new UnixDomainSocketEndPoint(target.Socket))),
        ("listen", Listen),
        ("send a datagram", SendDatagram),
        ("run a program", () => Process.Start("/bin/true").WaitForExit()),
        ("trace the parent", () => Check(Trace(PtraceSeize, target.Parent, 0, 0))),
        ("signal the parent", () => Check(Signal(target.Parent, 0))),
        ("signal every process", () => Check(Signal(-1, 0))),
        ("become the administrator", () => Check(SetUser(0))),
        ("make a namespace", () => Check(Unshare(NewMountNamespace))),
        ("change the root", () => Check(ChangeRoot("/"))),

        // Replaces this program when it succeeds, so it is the last.
        ("become another program", () => Check(Execute("/bin/sh", ["sh", "-c", "exit 7", null], [null]))),
    ];

    public static string Result(Action attempt)
    {
        try
        {
            attempt();
            return "done";
        }
        catch (Exception exception)
        {
            return $"refused ({exception.GetType().Name})";
        }
    }

    /// <summary>What parsers do must go on: memory, threads, time zones, cultures, text encodings.</summary>
    private static void Work()
    {
        var megabytes = 0;
        Parallel.For(0, 16, _ => Interlocked.Add(ref megabytes, new byte[1 << 20].Length >> 20));
        var isSorted = CultureInfo.GetCultureInfo("de-DE").CompareInfo.Compare("ä", "z") < 0;
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        if (megabytes != 16 || !isSorted || zone.BaseUtcOffset != TimeSpan.FromHours(1))
        {
            throw new InvalidOperationException("The runtime does not work as outside.");
        }
    }

    private static void FindSecret()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>();
        if (!variables.Any(variable => $"{variable.Key}={variable.Value}".Contains("Password", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException("There is none.");
        }
    }

    private static void UseInheritedHandle()
    {
        if (!Enumerable.Range(3, 10_000).Any(descriptor => ChangeDirectory(descriptor) == 0))
        {
            throw new InvalidOperationException("There is none.");
        }
    }

    private static void Connect(AddressFamily family, EndPoint address)
    {
        using var socket = new Socket(family, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(address);
    }

    private static void Listen()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
    }

    private static void SendDatagram()
    {
        using var client = new UdpClient();
        client.Send([1], new IPEndPoint(IPAddress.Loopback, 9));
    }

    private static void Check(nint result)
    {
        if (result < 0)
        {
            throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static partial nint Trace(nint request, int processId, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    private static partial int SetUser(uint user);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "fchdir", SetLastError = true)]
    private static partial int ChangeDirectory(int descriptor);

    [LibraryImport("libc", EntryPoint = "chroot", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeRoot(string path);
}
