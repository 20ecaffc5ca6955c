using System.Net;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

[Collection(Processes.Name)]
public sealed class LimitsTests(Stores stores)
{
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
                await Task.Delay(50, TestContext.Current.CancellationToken);
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
            system.Client.Http.GetAsync("/api/v1/documents", TestContext.Current.CancellationToken)));
        Assert.Contains(many, response => response.StatusCode == HttpStatusCode.OK);
        var refused = Assert.Single(many.Where(response => response.StatusCode == HttpStatusCode.TooManyRequests).Take(1));
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);

        using var stranger = new RagClient(system.Api.Address, null);
        using var locked = await stranger.Http.GetAsync("/metrics", TestContext.Current.CancellationToken);
        using var scraper = new RagClient(system.Api.Address, "scrape-me");
        using var open = await scraper.Http.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, locked.StatusCode);
        Assert.Contains("Metrics:Token", await locked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }

    /// <summary>Asks again and again over one connection until a response says that it ends.</summary>
    private static async Task ConnectionIsClosedAsync(HttpClient client)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.GetAsync("/api/v1/documents?limit=1", TestContext.Current.CancellationToken);
                await Task.Delay(400, TestContext.Current.CancellationToken);
                return response.Headers.ConnectionClose == true;
            },
            TimeSpan.FromSeconds(30),
            () => "The connection is never closed.",
            TestContext.Current.CancellationToken);
    }
}
