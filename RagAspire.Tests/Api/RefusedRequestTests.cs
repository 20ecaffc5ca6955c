using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>Bytes that are no request reach no middleware, and are refused with a reason all the same.</summary>
public sealed class RefusedRequestTests(SharedSystem shared, Stores stores)
{
    [Theory]
    [InlineData("NONSENSE\r\n\r\n", 400)]
    [InlineData("GET /alive HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /alive HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400)]
    [InlineData("POST /alive HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: foo\r\n\r\n", 400)]
    [InlineData("GET /alive HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400)]
    [InlineData("GET http://y/alive HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("POST /alive HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("POST /alive HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400)]
    [InlineData("\u0016\u0003\u0001\u0000\r\n\r\n", 400)]
    [InlineData("GET /alive HTTP/4.2\r\nHost: x\r\n\r\n", 505)]
    public Task What_is_no_request_is_refused_with_problem_details(string sent, int status) => RefusedAsync(sent, status);

    [Fact]
    public Task So_are_headers_that_are_too_large() =>
        RefusedAsync($"GET /alive HTTP/1.1\r\nHost: x\r\nA: {new string('a', 64 << 10)}\r\n\r\n", 431);

    [Fact]
    public Task So_is_an_address_that_is_too_long() =>
        RefusedAsync($"GET /{new string('a', 64 << 10)} HTTP/1.1\r\nHost: x\r\n\r\n", 414);

    [Fact]
    public Task An_answer_before_it_on_the_same_connection_is_whole() =>
        RefusedAsync("GET /alive HTTP/1.1\r\nHost: x\r\n\r\nNONSENSE\r\n\r\n", 400, before: "alive");

    private async Task RefusedAsync(string sent, int status, string before = "")
    {
        var system = await shared.SystemAsync(stores);
        using var client = new TcpClient();
        await client.ConnectAsync(system.Api.Address.Host, system.Api.Address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        var received = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));

        var start = received.IndexOf($"HTTP/1.1 {status} ", StringComparison.Ordinal);
        Assert.True(start >= 0, received);
        Assert.Contains(before, received[..start], StringComparison.Ordinal);
        Assert.Equal(before.Length > 0, start > 0);
        Assert.Contains("\r\nContent-Type: application/problem+json\r\n", received[start..], StringComparison.Ordinal);
        var problem = JsonNode.Parse(received[received.LastIndexOf("\r\n\r\n", StringComparison.Ordinal)..])!;
        Assert.Equal(status, problem["status"]!.GetValue<int>());
        Assert.NotEmpty(problem["detail"]!.GetValue<string>());
        Assert.NotEmpty(problem["traceId"]!.GetValue<string>());
    }
}
