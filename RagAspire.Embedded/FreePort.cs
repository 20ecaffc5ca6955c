using System.Net;
using System.Net.Sockets;

namespace RagAspire.Embedded;

/// <summary>Loopback ports.</summary>
public static class FreePort
{
    // Below the ports that systems give to connections and to servers that ask for any, so that the time between
    // choosing a port and listening on it is not a race with every connection of the machine.
    private const int First = 15_000;
    private const int Last = 29_999;

    /// <summary>A port that nothing listens on right now. Someone else may still take it first, so callers retry.</summary>
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
