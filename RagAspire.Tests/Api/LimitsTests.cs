using System.Net;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

[Collection(Processes.Name)]
public sealed class LimitsTests(Stores stores)
{
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
            },
        });

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
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }
}
