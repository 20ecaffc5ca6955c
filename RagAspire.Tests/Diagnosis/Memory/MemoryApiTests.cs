using System.Net;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Memory;

public sealed class MemoryApiTests(Stores stores, SharedSystem shared)
{
    private const string Path = "/api/v1/operations/memory";

    [Fact]
    public async Task The_report_is_JSON_text_or_a_page()
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var json = await client.GetAsync(Path);
        Assert.Contains(json["trend"]!.GetValue<string>(), new[] { "insufficient data", "stable", "growing", "shrinking" });

        foreach (var (format, start) in new[] { ("text", "Memory\n"), ("html", "<!DOCTYPE html>") })
        {
            using var response = await client.TrySendAsync(HttpMethod.Get, $"{Path}?format={format}");
            Assert.StartsWith(
                start, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("30m", HttpStatusCode.OK)]
    [InlineData("1d", HttpStatusCode.OK)]
    [InlineData("half an hour", HttpStatusCode.BadRequest)]
    [InlineData("0m", HttpStatusCode.BadRequest)]
    [InlineData("15d", HttpStatusCode.BadRequest)]
    public async Task The_window_is_a_short_time(string window, HttpStatusCode status)
    {
        var client = (await shared.SystemAsync(stores)).Client;
        using var response = await client.TrySendAsync(HttpMethod.Get, $"{Path}?window={Uri.EscapeDataString(window)}");
        Assert.Equal(status, response.StatusCode);
    }
}
