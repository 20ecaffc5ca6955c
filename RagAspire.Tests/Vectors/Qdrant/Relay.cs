using System.Net;
using System.Net.Sockets;

namespace RagAspire.Tests.Vectors.Qdrant;

/// <summary>An address on this machine, from which connections go on to another port.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port;
    private readonly Task _accepting;
    private volatile int _era;

    public Relay(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>From now on nothing comes through the connections that there are, and new ones are as before.</summary>
    public void Silence() => _era++;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                connections.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception ex) when (ex is OperationCanceledException or SocketException)
            {
                // The end.
            }
        }

        await Task.WhenAll(connections);
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
                var era = _era;
                await Task.WhenAny(CopyAsync(client, server, era), CopyAsync(server, client, era));
            }
            catch (Exception ex) when (ex is SocketException or OperationCanceledException)
            {
                // There is nothing behind it.
            }
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, int era)
    {
        var buffer = new byte[1 << 14];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is var read and > 0)
            {
                if (era == _era)
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
                }
            }
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException or InvalidOperationException)
        {
            // One side has gone.
        }
    }
}
