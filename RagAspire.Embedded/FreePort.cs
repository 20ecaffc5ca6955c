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

    /// <summary>A port without a listener right now. Another process may still take it first, so callers retry.</summary>
    public static int Next()
    {
        int port;
        do
        {
            port = Random.Shared.Next(First, Last + 1);
        }
        while (!IsFree(port));
        return port;
    }

    /// <summary>Whether a server could listen on the port now, on loopback and on all addresses.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
