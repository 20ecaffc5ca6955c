using System.Text;
using Microsoft.Playwright;
using RagAspire.Api.Reports;

namespace RagAspire.Tests.Api.Reports;

public sealed class HtmlReportTests(Browser browser)
{
    private const string Hostile = "</title><script>document.title='owned'</script><img src=x onerror=alert(1)>\"'`";

    [Theory]
    [InlineData(1280, ColorScheme.Light, "wide-light")]
    [InlineData(1280, ColorScheme.Dark, "wide-dark")]
    [InlineData(360, ColorScheme.Light, "phone-light")]
    [InlineData(360, ColorScheme.Dark, "phone-dark")]
    public async Task A_page_is_sound_wide_and_narrow_light_and_dark(int width, ColorScheme scheme, string name)
    {
        await using var server = await ReportServer.StartAsync(Sample("Disk of the vector index"));
        await using var page = await browser.OpenAsync(width, scheme);
        await page.Page.GotoAsync(server.Urls.Single());
        await page.KeepPictureAsync($"report-{name}");

        await page.AssertSoundAsync();
        Assert.Single(page.Requests, address => !address.StartsWith("data:", StringComparison.Ordinal));
        Assert.Equal("Disk of the vector index – RagAspire", await page.Page.TitleAsync());
        Assert.Equal(1, await page.Page.Locator("h1").CountAsync());
        Assert.Equal(["Findings", "Cause"], await page.Page.Locator("h2, h3").EvaluateAllAsync<string[]>("all => all.map(one => one.firstChild.textContent.trim())"));
        Assert.Equal(2, await page.Page.Locator("tbody tr").CountAsync());
        Assert.Equal(3, await page.Page.Locator("svg:visible rect").CountAsync());
        var background = await page.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.Equal(scheme == ColorScheme.Dark ? "rgb(13, 17, 23)" : "rgb(246, 247, 249)", background);
    }

    [Fact]
    public async Task A_narrow_page_names_the_column_beside_each_value()
    {
        await using var server = await ReportServer.StartAsync(Sample("Disk"));
        await using var page = await browser.OpenAsync(360);
        await page.Page.GotoAsync(server.Urls.Single());

        var label = await page.Page.Locator("tbody td").First.EvaluateAsync<string>("cell => getComputedStyle(cell, '::before').content");
        Assert.Equal("\"Free\"", label);
    }

    [Fact]
    public async Task A_printed_page_is_dark_on_white()
    {
        await using var server = await ReportServer.StartAsync(Sample("Disk"));
        await using var page = await browser.OpenAsync(scheme: ColorScheme.Dark);
        await page.Page.GotoAsync(server.Urls.Single());
        await page.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });

        Assert.Equal("rgb(255, 255, 255)", await page.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("rgb(0, 0, 0)", await page.Page.EvaluateAsync<string>("getComputedStyle(document.body).color"));
    }

    [Fact]
    public async Task Hostile_texts_stay_texts()
    {
        await using var server = await ReportServer.StartAsync(Sample(Hostile));
        await using var page = await browser.OpenAsync();
        await page.Page.GotoAsync(server.Urls.Single());

        await page.AssertSoundAsync();
        Assert.Equal($"{Hostile} – RagAspire", await page.Page.TitleAsync());
        Assert.Equal(Hostile, await page.Page.Locator("h1").TextContentAsync());
        Assert.Equal(0, await page.Page.Locator("script, img[src=x]").CountAsync());
    }

    [Fact]
    public async Task The_policy_of_the_page_stops_scripts_and_foreign_pictures()
    {
        var foreign = HtmlReport.Write(Sample("Disk")).Replace(
            "<main>", "<main><script>document.title='owned'</script><p style=\"color:red\">x</p><img src=\"http://127.0.0.1:9/x\">", StringComparison.Ordinal);
        await using var server = await ReportServer.StartAsync(foreign);
        await using var page = await browser.OpenAsync();
        await page.Page.GotoAsync(server.Urls.Single());

        Assert.Equal("Disk – RagAspire", await page.Page.TitleAsync());
        Assert.NotEqual("rgb(255, 0, 0)", await page.Page.Locator("p[style]").EvaluateAsync<string>("p => getComputedStyle(p).color"));
    }

    [Theory]
    [InlineData("/runbooks/DiskSpaceLow", true)]
    [InlineData("https://runbooks.example/a", true)]
    [InlineData("//evil.example", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("http://plain.example", false)]
    public void Only_addresses_of_this_host_and_https_are_linked(string address, bool isLinked)
    {
        var html = HtmlReport.Write(With(new ReportList([new ReportCell("text", Href: address)])));
        Assert.Equal(isLinked, html.Contains("<a href", StringComparison.Ordinal));
    }

    [Fact]
    public void Plain_text_has_the_same_content_without_control_characters()
    {
        var text = TextReport.Write(Sample("Disk\u001b[2J"));

        Assert.StartsWith("Disk [2J\n========\ncritical: One disk is nearly full.\n", text, StringComparison.Ordinal);
        Assert.Contains("Findings [1 critical]", text, StringComparison.Ordinal);
        Assert.Contains("  Mount    Free\n  /data  1.2 GB\n  /       30 GB\n", text, StringComparison.Ordinal);
        Assert.Contains("1. Delete old snapshots\n", text, StringComparison.Ordinal);
        Assert.Contains("    node_filesystem_avail_bytes < 1e9\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    private static Report With(params ReportBlock[] blocks) => new(
        "Title", new ReportStatus(ReportLevel.Good, "healthy"), DateTimeOffset.UnixEpoch, [new ReportSection("Section", blocks)]);

    private static Report Sample(string title) => new(
        title,
        new ReportStatus(ReportLevel.Critical, "critical", "One disk is nearly full."),
        new DateTimeOffset(2026, 4, 1, 12, 0, 0, TimeSpan.Zero),
        [
            new ReportSection("Findings",
            [
                new ReportTable("Disks", [new("Mount"), new("Free", true)], [["/data", new ReportCell("1.2 GB", ReportLevel.Critical)], ["/", "30 GB"]]),
                new ReportTable("Sockets", [new("Port")], []),
                new ReportFacts([new("Host", title), new("Since", "10 minutes")]),
                new ReportBars("Free space by the day", "GB", [new("Mo", 3, "3 GB"), new("Tu", 2, "2 GB"), new("We", 1.2, "1.2 GB")]),
                new ReportImage("A forecast", Encoding.UTF8.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"80\"><rect width=\"300\" height=\"80\"/></svg>"), "image/svg+xml"),
            ])
            {
                Status = new ReportStatus(ReportLevel.Critical, "1 critical"),
                Sections =
                [
                    new ReportSection("Cause",
                    [
                        new ReportText("Snapshots fill the disk."),
                        new ReportCode("node_filesystem_avail_bytes < 1e9\n{mountpoint=\"/data\"} " + new string('x', 300)),
                        new ReportList(["Delete old snapshots", new ReportCell("Runbook", Href: "/runbooks/DiskSpaceLow")], IsOrdered: true),
                    ]),
                ],
            },
        ]);
}
