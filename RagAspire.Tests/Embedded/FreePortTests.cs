using System.Net;
using System.Net.Sockets;
using RagAspire.Embedded;

namespace RagAspire.Tests.Embedded;

public class FreePortTests
{
    [Fact]
    public void No_port_is_given_twice()
    {
        // Drawn at random without memory, 400 of 15,000 repeat one another with a probability of .995.
        var ports = Enumerable.Range(0, 400).Select(_ => FreePort.Next()).ToList();
        Assert.Equal(ports.Count, ports.Distinct().Count());
    }

    [Fact]
    public void A_port_of_another_process_is_not_given()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has names for sockets without files.");
        const int Port = 14_999;
        using (var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            other.Bind(new UnixDomainSocketEndPoint($"\0ragaspire-port-{Port}"));
            Assert.False(FreePort.TryReserve(Port));
        }

        Assert.True(FreePort.TryReserve(Port));
        Assert.False(FreePort.TryReserve(Port));
    }

    [Fact]
    public void A_port_with_a_listener_is_not_given()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.False(FreePort.TryReserve(((IPEndPoint)listener.LocalEndpoint).Port));
    }
}
