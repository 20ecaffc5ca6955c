using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RagAspire.Tests.Search;

/// <summary>A TCP proxy in front of the Redis of the tests that can be slow, stall or lose its connections.</summary>
internal sealed class RedisProxyStub : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly DnsEndPoint _target;
    private volatile TaskCompletionSource _open = new();
    private volatile Connections _connections = new();
    private readonly Task _accepting;

    /// <param name="target">"host:port", with options behind a comma.</param>
    public RedisProxyStub(string target)
    {
        var parts = target.Split(',')[0].Split(':');
        _target = new DnsEndPoint(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        _listener.Start();
        _open.SetResult();
        _accepting = AcceptAsync();
    }

    public string ConnectionString => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Whether a client is connected to the server, since the last cut.</summary>
    public bool IsConnected => Volatile.Read(ref _connections.Open) > 0;

    /// <summary>How much later than the server's each answer comes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Called with what a client sends, before it is passed on.</summary>
    public Action<string> OnCommands { get; init; } = _ => { };

    /// <summary>Holds back all answers until <see cref="Resume"/>; connections stay open.</summary>
    public void Stall() => _open = new TaskCompletionSource();

    public void Resume() => _open.TrySetResult();

    /// <summary>Closes all connections, also those that stall; clients may connect again.</summary>
    public Task CutAsync() => Interlocked.Exchange(ref _connections, new Connections()).Cut.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Resume();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        var connections = _connections;
        using (client)
        using (var server = new TcpClient())
        using (var close = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, connections.Cut.Token))
        {
            try
            {
                await server.ConnectAsync(_target.Host, _target.Port, close.Token);
                Interlocked.Increment(ref connections.Open);
                await Task.WhenAny(
                    CopyAsync(client, server, isAnswer: false, close.Token),
                    CopyAsync(server, client, isAnswer: true, close.Token));
                Interlocked.Decrement(ref connections.Open);
            }
            catch (Exception ex) when (ex is OperationCanceledException or SocketException)
            {
                // Either side is gone, and with it the connection.
            }

            await close.CancelAsync();
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool isAnswer, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 14];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                if (isAnswer)
                {
                    await _open.Task.WaitAsync(cancellationToken);
                    await Task.Delay(Delay, cancellationToken);
                }
                else
                {
                    OnCommands(Encoding.UTF8.GetString(buffer, 0, read));
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The connection is being closed.
        }
    }

    /// <summary>Those of the time between two cuts.</summary>
    private sealed class Connections
    {
        public int Open;

        public CancellationTokenSource Cut { get; } = new();
    }
}
