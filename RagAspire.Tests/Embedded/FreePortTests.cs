using System.Diagnostics;
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

    /// <summary>A child that is being started has copies of the sockets of this process: of those of a look as well.</summary>
    [Fact]
    public async Task A_look_at_a_port_does_not_keep_it_from_the_server_that_is_to_have_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Starts programs that others lack.");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var children = Enumerable.Range(0, 3).Select(_ => StartChildrenAsync(enough.Token)).ToList();
        var port = FreePort.Next();

        for (var look = 0; look < 5_000; look++)
        {
            Assert.True(FreePort.IsFreeAgain(port));
            Listen(port);
        }

        await enough.CancelAsync();
        await Task.WhenAll(children);
    }

    [Fact]
    public void A_port_that_stays_in_use_is_not_free_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.False(FreePort.IsFreeAgain(((IPEndPoint)listener.LocalEndpoint).Port));
    }

    private static void Listen(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
    }

    private static Task StartChildrenAsync(CancellationToken enough) => Task.Run(
        () =>
        {
            while (!enough.IsCancellationRequested)
            {
                using var child = Process.Start("/bin/true");
                child.WaitForExit();
            }
        },
        CancellationToken.None);
}
