using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using RagAspire.Usage;
using static Microsoft.Playwright.Assertions;
using static RagAspire.Tests.Web.WebSteps;

namespace RagAspire.Tests.Web;

/// <summary>The reports of operators with something in them, which a fresh system has not: growth, limits, cost.</summary>
public sealed class WebReportTests(Browser browser, SharedSystem shared, Stores stores)
{
    private const string Drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"200\"><rect width=\"400\" height=\"200\"/></svg>";

    private static readonly DateTimeOffset At = new(2026, 3, 4, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Memory_capacity_and_usage_have_tables_and_charts_in_both_themes_and_names_are_only_text()
    {
        var charts = new ConcurrentQueue<(string? Key, string? Subject)>();
        await using var api = await StartAsync(charts);
        await using var app = new WebApp(browser, shared, stores);
        await app.StartAsync(new Uri(api.Urls.First()));
        await using var page = await app.OpenAsync("/operations/memory", "a-key");
        foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1280), (ColorScheme.Dark, 390) })
        {
            await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.Page.SetViewportSizeAsync(width, 800);
            await app.GoAsync(page, "/operations/memory");
            await Expect(page.Page.Locator("h2", new() { HasText = Hostile })).ToContainTextAsync("growing");
            await Expect(page.Page.Locator("main")).ToContainTextAsync("512 MB of 1 GB");
            await AssertSoundAsync(page, $"memory-{scheme}", bars: 1);

            await app.GoAsync(page, "/operations/usage?period=day");
            await Expect(page.Page.Locator("tbody th", new() { HasText = Hostile }).First).ToBeVisibleAsync();
            await Expect(page.Page.Locator("main")).ToContainTextAsync("12.50 USD");
            await AssertSoundAsync(page, $"usage-{scheme}", bars: 24 + 24 + 7);

            await app.GoAsync(page, "/operations/capacity");
            await Expect(page.Page.Locator("main")).ToContainTextAsync("2026-04-01");
            await AssertChartAsync(page.Page.Locator("main img"));
            await page.AssertSoundAsync();
            await page.KeepPictureAsync($"web-report-capacity-{scheme}");
        }

        Assert.Contains(("Bearer a-key", Hostile), charts);
        Assert.Equal("undefined", await page.Page.EvaluateAsync<string>("() => typeof window.hacked"));
    }

    /// <summary>The chart of the API is there, and its text says whose it is.</summary>
    private static async Task AssertChartAsync(ILocator image)
    {
        await image.ScrollIntoViewIfNeededAsync();
        await Eventually.TrueAsync(
            async () => await image.EvaluateAsync<bool>("image => image.complete && image.naturalWidth === 400"),
            TimeSpan.FromMilliseconds(Patience), () => "The chart is not shown.", TestContext.Current.CancellationToken);
        Assert.Contains(Hostile, await image.GetAttributeAsync("alt"), StringComparison.Ordinal);
    }

    private static async Task AssertSoundAsync(BrowserPage page, string name, int bars)
    {
        await Expect(page.Page.Locator(".chart rect")).ToHaveCountAsync(bars);
        await AssertUnharmedAsync(page);
        await page.AssertSoundAsync();
        await page.KeepPictureAsync($"web-report-{name}");
    }

    private static async Task<WebApplication> StartAsync(ConcurrentQueue<(string? Key, string? Subject)> charts)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/api/v1/key", () => new { id = "1", name = "operator", scopes = new[] { "admin" }, collections = (string[]?)null });
        app.MapGet("/api/v1/operations/memory", () => Memory);
        app.MapGet("/api/v1/operations/usage", () => Usage());
        app.MapGet("/api/v1/operations/capacity", () => Capacity);
        app.MapGet("/api/v1/operations/capacity/charts/{chart}", (HttpContext context, string? subject) =>
        {
            charts.Enqueue((context.Request.Headers.Authorization, subject));
            return Results.Content(Drawing, "image/svg+xml");
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static readonly object Memory = new
    {
        at = At,
        trend = "growing",
        services = new[]
        {
            new
            {
                service = Hostile, instance = "one", workingSet = 512.0 * (1 << 20), limit = 1024.0 * (1 << 20), trend = "growing",
                parts = new[]
                {
                    new
                    {
                        part = "working set", unit = "bytes", window = "01:00:00",
                        verdict = new { trend = "growing", reason = "It grows.", samples = 90, level = 5e8, perHour = 1e6 },
                    },
                },
            },
        },
        unknown = new[] { "redis: it does not answer." },
    };

    private static readonly object Capacity = new
    {
        at = At,
        figures = new object[]
        {
            new
            {
                name = "disk", subject = Hostile, title = "Disk usage", unit = "percent", currentMean = 40, currentPeak = 45, limit = 80,
                projection = new { mean = 70, peak = 75 }, crossing = new { likely = At.AddDays(28) },
            },
            new { name = "cpu", title = "CPU usage", unit = "percent", unknown = "There is no history." },
        },
        recommendations = new[]
        {
            new { figure = "disk", action = "Enlarge the disk", urgency = "high", reason = "It is full soon.", by = At.AddDays(20) },
        },
        unknown = new[] { "CPU usage: There is no history.", "The capacity of a replica was never measured." },
    };

    private static UsageReport Usage()
    {
        var totals = new UsageTotals(3, 2_000, 500, 0, 12.5m);
        UsageTotals InHour(int hour) => hour == 9 ? totals : UsageTotals.None;
        UsageShare[] one = [new(Hostile, Hostile, totals)];
        return new UsageReport(
            UsagePeriod.Day, At, At.AddDays(-1), At, "USD", totals,
            [.. Enumerable.Range(0, 24).Select(hour => new UsageStep(At.AddHours(hour - 24), InHour(hour)))],
            one, one, one, one,
            [.. Enumerable.Range(0, 24).Select(hour => new UsageShare($"{hour}", $"{hour}", InHour(hour)))],
            [.. Enum.GetNames<DayOfWeek>().Select(day => new UsageShare(day, day, totals))],
            [new("1", Hostile, 100, RagAspire.Security.BudgetPeriod.Month, 12.5m, At, At.AddMonths(1)) { Expected = 40 }],
            ["free-model"]);
    }
}
