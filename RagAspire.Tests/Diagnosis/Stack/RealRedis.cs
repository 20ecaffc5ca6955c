using System.Globalization;
using System.Net.Sockets;
using RagAspire.Embedded;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Stack;

/// <summary>A Redis server from the machine's program, for faults that Garnet does not have.</summary>
internal sealed class RealRedis : IAsyncDisposable
{
    private readonly BackgroundProgram _program;

    private RealRedis(BackgroundProgram program, int port) => (_program, Port) = (program, port);

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public string Output => _program.Output;

    public static async Task<RealRedis> StartAsync(params string[] arguments)
    {
        var port = FreePort.Next();
        string[] all = ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", .. arguments];
        var server = new RealRedis(BackgroundProgram.Start("redis-server", all, []), port);
        await Eventually.TrueAsync(
            () => Task.FromResult(Answers(port)), TimeSpan.FromSeconds(10), () => server.Output,
                TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
