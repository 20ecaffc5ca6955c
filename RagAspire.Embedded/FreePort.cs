using System.Net;
using System.Net.Sockets;

namespace RagAspire.Embedded;

/// <summary>Loopback ports.</summary>
public static class FreePort
{
    /// <summary>A port that nothing listens on right now. Someone else may still take it first, so callers retry.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
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
