using System.Text;
using RagAspire.Answers;

namespace RagAspire.Tests.Answers;

/// <summary>
/// A model server that wants to hold the API up, to fill its memory, or to send it elsewhere: each answer comes from the sources
/// alone, and the connection is closed.
/// </summary>
public sealed class HostileModelTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// <summary>What comes first, and what comes again and again after it.</summary>
    private static readonly Dictionary<string, (string First, string Repeated)> Sent = new()
    {
        ["headers without an end"] = ("HTTP/1.1 200 OK\r\n", "X-Long: yes\r\n"),
        ["a header without an end"] = ("HTTP/1.1 200 OK\r\nX-Long: ", new string('x', 4096)),
        ["a status line without an end"] = ("HTTP/1.1 200 ", new string('O', 4096)),
        ["another protocol"] = ("SSH-2.0-OpenSSH_9.9\r\n", ""),
        ["a page"] = ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 24\r\n\r\n<html>It works!</html>\r\n", ""),
        ["another encoding"] = ($"{Head.Replace("\r\n\r\n", "\r\nContent-Encoding: br\r\n\r\n")}4\r\nabcd\r\n", ""),
        ["a size of a chunk that is none"] = ($"{Head}FFFFFFFFFFFFFFFF\r\n", "x"),
        ["an interim response for ever"] = ("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
        ["lines of nothing"] = (Head, "1\r\n\n\r\n"),
        ["objects that say nothing"] = (Head, Chunk("{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}\n")),
        ["words without an end"] = (Head, Chunk("{\"message\":{\"role\":\"assistant\",\"content\":\"and \"},\"done\":false}\n")),
    };

    public static TheoryData<string> Servers => [.. Sent.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Whatever_it_sends_is_broken_off(string what)
    {
        var (first, repeated) = Sent[what];
        await using var server = new HostileServer(async (stream, cancellationToken) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(first), cancellationToken);
            for (var bytes = Encoding.ASCII.GetBytes(repeated); bytes.Length > 0;)
            {
                await stream.WriteAsync(bytes, cancellationToken);
            }
        });

        await AssertSurvivedAsync(server, what);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData(Head)]
    public async Task One_byte_at_a_time_does_not_hold_an_answer_up(string first)
    {
        await using var server = new HostileServer(async (stream, cancellationToken) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(first), cancellationToken);
            var drop = first == Head ? "1\r\nx\r\n"u8.ToArray() : "x"u8.ToArray();
            while (true)
            {
                await stream.WriteAsync(drop, cancellationToken);
                await Task.Delay(20, cancellationToken);
            }
        });

        await AssertSurvivedAsync(server, "did not answer in time");
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task It_cannot_send_a_call_to_another_server(int status)
    {
        await using var inside = new HostileServer((_, _) => Task.CompletedTask);
        var redirect = $"HTTP/1.1 {status} Moved\r\nLocation: {inside.Address}\r\nContent-Length: 0\r\n\r\n";
        await using var server = new HostileServer(
            async (stream, cancellationToken) => await stream.WriteAsync(Encoding.ASCII.GetBytes(redirect), cancellationToken));

        await AssertSurvivedAsync(server, "redirect");
        Assert.Equal(0, inside.Requests);
    }

    private static async Task AssertSurvivedAsync(HostileServer server, string what)
    {
        // On a busy machine the time limit may be over before the request is sent.
        for (var attempt = 0; server.Requests == 0 && attempt < 30; attempt++)
        {
            await using var services = AnswerServices.Build(
                new() { ["Answers:FirstTokenTimeout"] = "00:00:01", ["Answers:TotalTimeout"] = "00:00:02" },
                $"Endpoint={server.Address};Model=hostile");

            var (kind, degraded) = await AnswerServices.AskAsync(services);

            Assert.True((kind, degraded) is (AnswerKind.Extractive, not null), $"{what}: {kind}, {degraded}");
        }

        Assert.NotEqual(0, server.Requests);
        await server.Left.WaitAsync(TimeSpan.FromMinutes(1), Token);
    }

    private static string Chunk(string line) => $"{line.Length:x}\r\n{line}\r\n";
}
