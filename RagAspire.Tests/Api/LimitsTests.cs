using System.Net;
using System.Net.Sockets;
using System.Text;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Walks;

namespace RagAspire.Tests.Api;

[Collection(Processes.Systems)]
public sealed class LimitsTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uploads_at_once_are_bounded_and_finish_one_after_the_other()
    {
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string> { ["Limits__UploadBytesAtOncePerKey"] = $"{8 << 20}" },
        });
        var bytes = Encoding.UTF8.GetBytes(new string('x', 3 << 20));
        var stored = 0;
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async number =>
        {
            byte[] file = [.. Encoding.UTF8.GetBytes($"{number} "), .. bytes];
            while (true)
            {
                using var response = await system.Client.PostFileAsync($"{number}.txt", file);
                if (response.StatusCode == HttpStatusCode.Accepted)
                {
                    Interlocked.Increment(ref stored);
                    return;
                }

                Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
                Assert.NotNull(response.Headers.RetryAfter);
                Interlocked.Increment(ref refused);
                await Task.Delay(50, Token);
            }
        }));

        Assert.Equal(12, stored);
        Assert.True(refused > 0, "Twelve uploads of 3 MiB were received at once within a limit of 8 MiB.");
    }

    [Fact]
    public async Task What_is_too_large_or_too_often_is_refused_and_the_rest_goes_on()
    {
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["Limits__UploadBytes"] = "100000",
                ["Limits__RequestsPerSecond"] = "20",
                ["Limits__Burst"] = "20",
                ["Metrics__Token"] = "scrape-me",
                ["Limits__ConnectionLifetime"] = "00:00:01",
            },
        });
        await ConnectionIsClosedAsync(system.Client.Http);

        using var large = await system.Client.PostFileAsync("large.txt", Encoding.UTF8.GetBytes(new string('x', 100_001)));
        using var huge = await system.Client.PostFileAsync("huge.txt", Encoding.UTF8.GetBytes(new string('x', 5_000_000)));
        using var fits = await system.Client.PostFileAsync("fits.txt", Encoding.UTF8.GetBytes(new string('x', 100_000)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, huge.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, fits.StatusCode);

        var many = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ =>
            system.Client.Http.GetAsync("/api/v1/documents", Token)));
        Assert.Contains(many, response => response.StatusCode == HttpStatusCode.OK);
        var refused = Assert.Single(many.Where(response => response.StatusCode == HttpStatusCode.TooManyRequests).Take(1));
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);

        using var stranger = new RagClient(system.Api.Address, null);
        using var locked = await stranger.Http.GetAsync("/metrics", Token);
        using var scraper = new RagClient(system.Api.Address, "scrape-me");
        using var open = await scraper.Http.GetAsync("/metrics", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, locked.StatusCode);
        Assert.Contains("Metrics:Token", await locked.Content.ReadAsStringAsync(Token));
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        await RefusalsAreCountedAsync(scraper, "requests");

        // Calls by the Model Context Protocol are requests of their key like all others.
        var calls = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => CallToolAsync(system.Client.Http)));
        Assert.Contains(HttpStatusCode.TooManyRequests, calls);
    }

    [Fact]
    public async Task Streams_slow_uploads_anonymous_requests_and_connections_are_bounded_and_refusals_counted()
    {
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["Limits__EventStreamsPerKey"] = "1",
                ["Limits__AnonymousRequestsPerSecond"] = "1",
                ["Limits__UploadBytesPerSecond"] = $"{1 << 20}",
                ["Limits__UploadBytesAtOnce"] = $"{4 << 20}",
                ["Limits__Connections"] = "60",
                ["Metrics__Token"] = "scrape-me",
            },
        });
        var secret = await system.NewKeyAsync(new { name = "other", scopes = new[] { "read", "write" } });
        using var other = new RagClient(system.Api.Address, secret);
        await system.Worker.KillAsync();
        var waiting = await system.Client.UploadAsync("waiting.txt", "It waits for a worker."u8.ToArray());

        await AnotherUploadIsRefusedAsync(system, other);
        await SecondStreamIsRefusedAsync(system.Client.Http, other.Http, $"/api/v1/documents/{waiting}/events");

        using var stranger = new RagClient(system.Api.Address, null);
        var many = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => stranger.Http.GetAsync("/openapi/v1.json", Token)));
        Assert.Contains(many, response => response.StatusCode == HttpStatusCode.OK);
        var refused = many.First(response => response.StatusCode != HttpStatusCode.OK);
        Assert.Equal((HttpStatusCode.TooManyRequests, true), (refused.StatusCode, refused.Headers.RetryAfter is not null));

        using var scraper = new RagClient(system.Api.Address, "scrape-me");
        await RefusalsAreCountedAsync(scraper, "anonymous-requests", "event-streams", "uploads", "upload-speed");
        await FurtherConnectionsAreClosedAsync(system.Api.Address, most: 60);
    }

    /// <summary>A slow upload of one key has the only place of the process, until it is ended for its slowness.</summary>
    private static async Task AnotherUploadIsRefusedAsync(RagSystem system, RagClient other)
    {
        var slow = SlowUploadAsync(system.Api.Address);
        var (number, refused) = (0, false);
        await Eventually.TrueAsync(
            async () =>
            {
                // On a slow machine the upload may be over before the other one comes.
                slow = slow.IsCompleted ? SlowUploadAsync(system.Api.Address) : slow;
                using var response = await other.PostFileAsync($"{number}.txt", Encoding.UTF8.GetBytes($"Text {number++}."));
                refused = response.StatusCode == HttpStatusCode.TooManyRequests;
                Assert.True(refused || response.StatusCode == HttpStatusCode.Accepted, $"{response.StatusCode}");
                return refused;
            },
            TimeSpan.FromSeconds(120), () => "An upload never has the process for itself.", Token);
        Assert.StartsWith("HTTP/1.1 408", await slow, StringComparison.Ordinal);
    }

    /// <summary>Begins an upload, sends no more of it, and returns the answer.</summary>
    private static async Task<string> SlowUploadAsync(Uri address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"""
            POST /api/v1/documents HTTP/1.1
            Host: {address.Authority}
            Authorization: Bearer {RagSystem.Key}
            Content-Type: multipart/form-data; boundary=b
            Content-Length: 1000000

            --b
            Content-Disposition: form-data; name="file"; filename="slow.txt"

            Slow
            """.ReplaceLineEndings("\r\n")), Token);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(Token) ?? "";
    }

    private static async Task SecondStreamIsRefusedAsync(HttpClient client, HttpClient other, string path)
    {
        using (await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Token))
        {
            using var second = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Token);
            using var ofOther = await other.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Token);
            Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (second.StatusCode, ofOther.StatusCode));
        }

        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Token);
                return again.StatusCode == HttpStatusCode.OK;
            },
            TimeSpan.FromSeconds(30), () => "A closed stream keeps its place.", Token);
    }

    private static async Task RefusalsAreCountedAsync(RagClient scraper, params string[] limits)
    {
        var text = "";
        await Eventually.TrueAsync(
            async () =>
            {
                text = await scraper.Http.GetStringAsync("/metrics", Token);
                var series = text.Split('\n').Where(line => line.StartsWith("rag_api_refused_total{", StringComparison.Ordinal)).ToList();
                return limits.All(limit => series.Exists(line => line.Contains($"limit=\"{limit}\"", StringComparison.Ordinal)));
            },
            TimeSpan.FromSeconds(30), () => text, Token);
    }

    private static async Task FurtherConnectionsAreClosedAsync(Uri address, int most)
    {
        var clients = Enumerable.Range(0, most + 20).Select(_ => new TcpClient()).ToList();
        try
        {
            foreach (var client in clients)
            {
                await client.ConnectAsync(address.Host, address.Port, Token);
            }

            // A closed connection is read to its end; one that is open waits for a request.
            var ended = clients.Select(client => EndedAsync(client)).ToList();
            await Eventually.TrueAsync(
                () => Task.FromResult(ended.Count(task => task.IsCompletedSuccessfully) >= 20),
                TimeSpan.FromSeconds(30), () => "More connections are open than may be.", Token);
            Assert.Contains(ended, task => !task.IsCompleted);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task<bool> EndedAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], Token) == 0;
        }
        catch (IOException)
        {
            // Reset by the server, or disposed at the end of the test.
            return true;
        }
    }

    private static async Task<HttpStatusCode> CallToolAsync(HttpClient client)
    {
        using var request = McpRequest.Of("tools/list");
        using var response = await client.SendAsync(request, Token);
        return response.StatusCode;
    }

    /// <summary>Asks again and again over one connection until a response says that it ends.</summary>
    private static async Task ConnectionIsClosedAsync(HttpClient client)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.GetAsync("/api/v1/documents?limit=1", Token);
                await Task.Delay(400, Token);
                return response.Headers.ConnectionClose == true;
            },
            TimeSpan.FromSeconds(30),
            () => "The connection is never closed.",
            Token);
    }
}
