using System.Net;
using Microsoft.Playwright;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using static Microsoft.Playwright.Assertions;
using static RagAspire.Tests.Web.WebSteps;

namespace RagAspire.Tests.Web;

/// <summary>The pages of operators.</summary>
[Collection(WebApp.Name)]
public sealed class WebOperationTests(WebApp app)
{
    [Fact]
    public async Task Operators_run_tasks_and_read_reports()
    {
        await using var page = await app.OpenAsync("/operations/maintenance");
        await page.Page.ClickAsync("[aria-label='Dry run of prune-logs'], tbody tr:first-child button.quiet");
        await Expect(page.Page.Locator("main .badge").First).ToBeVisibleAsync();
        await Expect(page.Page.Locator("main .badge.good, main .badge.critical, main .badge.neutral").First).ToBeVisibleAsync(Patiently);
        await AssertSoundInBothThemesAsync(page);

        await app.GoAsync(page, "/operations");
        await Expect(page.Page.Locator(".queues dt")).ToHaveCountAsync(6);
        await page.Page.ClickAsync("text=Usage");
        await Expect(page.Page.Locator("h1")).ToContainTextAsync("Usage");
        await app.GoAsync(page, "/runbooks/ApiDown");
        await Expect(page.Page.Locator("h1")).ToContainTextAsync("ApiDown");
    }

    [Fact]
    public async Task Its_own_metrics_are_for_the_holder_of_the_token()
    {
        using var client = app.Http();
        using var refused = await client.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        client.DefaultRequestHeaders.Authorization = new("Bearer", WebApp.MetricsToken);
        var metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.All(
            [
                "service_name=\"ragaspire-web\"", "service_instance_id=\"web\"", "rag_process_start_timestamp_seconds",
                "rag_process_memory_limit_bytes", "dotnet_process_memory_working_set_bytes", "dotnet_process_cpu_time_seconds_total",
            ],
            series => Assert.Contains(series, metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_is_made_used_under_its_name_and_revoked()
    {
        await using var page = await app.OpenAsync("/operations/keys");
        await page.Page.FillAsync("input[name=Name]", Hostile);
        await page.Page.CheckAsync("input[value=read]");
        await page.Page.CheckAsync("input[value=write]");
        await page.Page.ClickAsync("text=Create key");
        await Expect(page.Page.Locator("#secret")).ToContainTextAsync("rag_");
        await AssertSoundInBothThemesAsync(page);
        var secret = await page.Page.Locator("#secret").InnerTextAsync();
        using var client = new RagClient(app.System.Api.Address, secret);
        await client.UploadAsync("note.txt", "A note of a hostile key."u8.ToArray(), ("collection", app.NewCollection()));

        await app.GoAsync(page, "/operations/audit");
        await Expect(page.Page.Locator("td", new() { HasText = Hostile }).First).ToBeVisibleAsync();
        await AssertUnharmedAsync(page);
        await page.AssertSoundAsync();

        await app.GoAsync(page, "/operations/keys");
        var row = page.Page.Locator("tbody tr", new() { HasText = secret.Split('_')[1] });
        await row.Locator("button[popovertarget]").First.ClickAsync();
        await row.Locator("form button.danger").ClickAsync();
        await Expect(row).ToContainTextAsync("Revoked");
        using var refused = await client.TrySendAsync(HttpMethod.Get, "/api/v1/key");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_firing_alert_leads_to_its_runbook_and_its_texts_are_only_text()
    {
        await NotifyAsync("ApiDown", "firing");
        await NotifyAsync(Short, "firing");
        await using var page = await app.OpenAsync("/operations");
        await Expect(page.Page.Locator("tbody th", new() { HasText = Short }).First).ToContainTextAsync(Hostile);
        await AssertUnharmedAsync(page);
        await page.AssertSoundAsync();

        await page.Page.Locator("tbody tr", new() { HasText = "ApiDown" }).First.GetByText("Runbook").ClickAsync();

        await Expect(page.Page.Locator("h1")).ToContainTextAsync("ApiDown");
        await NotifyAsync("ApiDown", "resolved");
        await NotifyAsync(Short, "resolved");
    }

    private static async Task AssertSoundInBothThemesAsync(BrowserPage page)
    {
        foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.AssertSoundAsync();
        }
    }

    private async Task NotifyAsync(string name, string status) => await app.System.Client.SendAsync(
        HttpMethod.Post, "/api/v1/operations/alerts", AlertNotification.Of($"web-{name.Length}", status, name, Hostile));
}
