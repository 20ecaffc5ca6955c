using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RagAspire.Embedded;

/// <summary>Loopback ports.</summary>
public static class FreePort
{
    // Below the ephemeral range, so that outgoing connections of the machine do not take the port between the choice
    // and the listen call.
    private const int First = 15_000;
    private const int Last = 29_999;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // What this process has chosen, with the sockets that say so to the others. They stay open until it ends.
    private static readonly ConcurrentDictionary<int, Socket?> Reserved = new();

    /// <summary>
    /// A port without a listener right now, which no other call gets while this process lives: neither here nor, on Linux,
    /// in another process that asks this class. Other programs may still take it first.
    /// </summary>
    public static int Next()
    {
        int port;
        do
        {
            port = Random.Shared.Next(First, Last + 1);
        }
        while (!TryReserve(port));
        return port;
    }

    /// <summary>Whether a server could listen on the port now, on loopback and on all addresses.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            // Bound, and not listening: a child process holds copies of all sockets until its program begins, and the copy
            // of a listener that was closed meanwhile would keep the port from the server that is to have it.
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a server that has stopped could listen on its port again. Waits for children that are being started at this
    /// moment and still hold copies of its sockets: milliseconds, and a second on a busy machine.
    /// </summary>
    public static bool IsFreeAgain(int port) => SpinWait.SpinUntil(() => IsFree(port), Patience);

    /// <summary>Reserves the port for this process, unless it has a listener or another reservation.</summary>
    public static bool TryReserve(int port)
    {
        if (!Reserved.TryAdd(port, null))
        {
            return false;
        }

        if (TryMark(port, out var mark) && IsFree(port))
        {
            Reserved[port] = mark;
            return true;
        }

        mark?.Dispose();
        Reserved.TryRemove(port, out _);
        return false;
    }

    // Between the choice and the listen call lie seconds, in which another process may choose the same port. A name in the
    // abstract namespace of Unix sockets has one holder, needs no file, and is free again when its process ends, however.
    private static bool TryMark(int port, out Socket? mark)
    {
        mark = null;
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0ragaspire-port-{port}"));
            mark = socket;
            return true;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return false;
        }
    }
}
