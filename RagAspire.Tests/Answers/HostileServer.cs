using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RagAspire.Tests.Answers;

/// <summary>A server on a free loopback port that reads the headers of a request and then writes whatever a test wants.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<Stream, CancellationToken, Task> _write;
    private readonly Task _serving;
    private int _requests;

    /// <param name="write">Writes the response, or never ends.</param>
    public HostileServer(Func<Stream, CancellationToken, Task> write)
    {
        _write = write;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}/");

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Ends when the response is written, or when the client has closed the connection before.</summary>
    public Task Left => _left.Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client.GetStream());
                _left.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            var (head, buffer) = (new StringBuilder(), new byte[4096]);
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer, _stop.Token);
                if (read == 0)
                {
                    return;
                }

                head.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }

            Interlocked.Increment(ref _requests);
            await _write(stream, _stop.Token);
        }
        catch (IOException)
        {
            // The client has left, as it should.
        }
    }
}
