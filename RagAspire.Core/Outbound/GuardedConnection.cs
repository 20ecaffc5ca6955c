using System.Net;
using System.Net.Sockets;

namespace RagAspire.Outbound;

/// <summary>
/// HTTP to addresses that others have named. Each connection goes to an address that was checked, and not to a name that may
/// resolve to another address a moment later. Redirects are not followed, and no proxy or cookie is used.
/// </summary>
/// <param name="isPublic">Which addresses may be connected to.</param>
/// <param name="resolve">How names become addresses.</param>
public sealed class GuardedConnection(
    Func<IPAddress, bool> isPublic, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);

    public GuardedConnection()
        : this(AddressRules.IsPublic, Dns.GetHostAddressesAsync)
    {
    }

    /// <param name="allowPrivateAddresses">Also connects to this machine and its network.</param>
    public SocketsHttpHandler CreateHandler(bool allowPrivateAddresses) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionIdleTimeout = IdleTimeout,
        MaxResponseHeadersLength = 64,
        ConnectCallback = (context, cancellationToken) =>
            ConnectAsync(context.DnsEndPoint, allowPrivateAddresses, cancellationToken),
    };

    /// <summary>Why a request failed: of a forbidden address the address, else what the platform says.</summary>
    public static string Reason(Exception exception) =>
        exception.InnerException is ForbiddenAddressException forbidden ? forbidden.Message : exception.Message;

    /// <exception cref="ForbiddenAddressException">The name has no address that may be connected to.</exception>
    private async ValueTask<Stream> ConnectAsync(
        DnsEndPoint endPoint, bool allowPrivateAddresses, CancellationToken cancellationToken)
    {
        var addresses = await resolve(endPoint.Host, cancellationToken);
        var allowed = addresses.Where(address => allowPrivateAddresses || isPublic(address)).ToArray();
        if (addresses.Length > 0 && allowed.Length == 0)
        {
            throw new ForbiddenAddressException($"{endPoint.Host} is at {addresses[0]}, which is not a public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name leads to an address that is not public. The message says which.</summary>
public sealed class ForbiddenAddressException(string reason) : IOException(reason);
