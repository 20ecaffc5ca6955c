using Microsoft.Playwright;
using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Capacity;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis;

/// <summary>The pages for operators in a browser, each with something on it: a finding, growing memory, a full disk.</summary>
public sealed class OperationPagesTests(Stores stores, Browser browser)
{
    private const double GiB = 1L << 30;

    private static readonly (string Name, string Path, string[] Texts)[] Pages =
    [
        ("diagnostics", "diagnostics", ["RAG-D", "leaking", "Evidence", "Examined"]),
        ("database", "diagnostics/database", ["connections at most", "Database"]),
        ("memory", "memory", ["leaking", "growing"]),
        ("capacity", "capacity?growth=3x&documents=1000000", ["Disk usage", "/data", "Recommendations"]),
        ("usage", "usage?period=day", ["Tokens"]),
    ];

    [Fact]
    public async Task Every_page_is_sound_wide_and_narrow_light_and_dark_and_prints()
    {
        await using var prometheus = await PrometheusWithHistory.StartAsync(History());
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string> { ["Prometheus__Url"] = prometheus.Address },
        });
        await using var database = NpgsqlDataSource.Create(system.Database);
        await database.Command("""
            insert into memory_samples (service, instance, at, started_at, working_set)
            select 'leaking', 'one', now() - i * interval '30 s', now() - interval '2 days', (500 - i) * 1000000
            from generate_series(1, 100) i
            """).ExecuteAsync(TestContext.Current.CancellationToken);

        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (360, ColorScheme.Dark) })
        {
            await using var page = await browser.OpenAsync(width, scheme, RagSystem.Key);
            foreach (var (name, path, texts) in Pages)
            {
                await AssertSoundAsync(page, new Uri(system.Api.Address, $"/api/v1/operations/{path}"), name, texts, width);
            }
        }
    }

    private static async Task AssertSoundAsync(BrowserPage page, Uri address, string name, string[] texts, int width)
    {
        var html = new Uri(address + (address.Query.Length > 0 ? "&" : "?") + "format=html").ToString();
        page.Requests.Clear();
        var response = await page.Page.GotoAsync(html);
        await page.KeepPictureAsync($"{name}-{width}");

        Assert.Equal(200, response!.Status);
        var shown = await page.Page.TextContentAsync("body");
        Assert.All(texts, text => Assert.Contains(text, shown, StringComparison.Ordinal));
        await page.AssertSoundAsync();
        Assert.All(
            page.Requests, request => Assert.True(request == html || request.StartsWith("data:", StringComparison.Ordinal), request));
        Assert.True(await page.Page.EvaluateAsync<bool>(
            "[...document.images].every(image => image.complete && image.naturalWidth > 0)"));
        Assert.Equal(name == "capacity", await page.Page.Locator("img").CountAsync() > 0);
        Assert.True((await page.Page.PdfAsync()).Length > 5_000);
    }

    /// <summary>A disk of 100 GiB that is full in 30 days.</summary>
    private static Dictionary<string, IEnumerable<(DateTimeOffset, double)>> History()
    {
        const string labels = """{instance="one",mountpoint="/data",fstype="ext4"}""";
        var used = SyntheticSeries.Hours(days: 30, level: 40, perDay: 1, noise: .2);
        return new()
        {
            [$"node_filesystem_size_bytes{labels}"] = Quarters(used, _ => 100 * GiB),
            [$"node_filesystem_avail_bytes{labels}"] = Quarters(used, value => (100 - value) * GiB),
        };
    }

    /// <summary>Four values an hour until now, because Prometheus forgets a value after five minutes of silence.</summary>
    private static IEnumerable<(DateTimeOffset, double)> Quarters(double[] hours, Func<double, double> value) =>
        hours.SelectMany((hour, at) => Enumerable.Range(1, 4).Select(
            quarter => (TimeProvider.System.GetUtcNow().AddHours(at - hours.Length).AddMinutes(15 * quarter), value(hour))));
}
