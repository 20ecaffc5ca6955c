using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Outbound;
using RagAspire.Sync;
using RagAspire.Sync.Web;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Sync;

public sealed class WebSyncTests(Stores stores)
{
    [Fact]
    public async Task The_pages_of_a_sitemap_are_followed_politely()
    {
        await using var site = await WebStub.StartAsync();
        Sitemap(site, "a", "b", "private/c", "broken");
        site.Set("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain");
        site.Set("/a", "<html><body><p>The page A.</p></body></html>");
        site.Set("/b", "<html><body><p>The page B.</p></body></html>");
        site.Set("/private/c", "<html><body><p>Not for robots.</p></body></html>");
        site.Fail("/broken", 500);
        await using var rig = await SyncRig.CreateAsync(
            stores, Source("sitemap", $"{site.Address}sitemap.xml"), AllowPrivate);
        var notes = await rig.FailAsync();
        Assert.Contains("/broken could not be read: It answers 500.", notes);
        Assert.Contains("private/c cannot become a document: robots.txt", notes);
        Assert.DoesNotContain("/private/c", site.Requests);
        Assert.Equal(["a.html", "b.html"], (await rig.DocumentsAsync()).Select(document => document.Name));

        site.Set("/broken", "<html><body><p>It works again.</p></body></html>");
        site.Set("/a", "<html><body><p>The page A has changed.</p></body></html>");
        Assert.Equal("1 unchanged, 1 added, 1 changed, 1 refused.", await rig.SyncAsync());
        Sitemap(site, "a", "broken");
        Assert.Equal("2 unchanged, 1 deleted.", await rig.SyncAsync());
        Assert.Equal([$"{site.Address}a", $"{site.Address}broken"], await rig.PathsAsync());
    }

    [Fact]
    public async Task A_listed_page_that_is_gone_goes_and_a_site_that_is_gone_does_not()
    {
        await using var site = await WebStub.StartAsync();
        site.Set("/a", "<html><body><p>The page A.</p></body></html>");
        site.Set("/b.txt", "The page B.", "text/plain");
        await using var rig = await SyncRig.CreateAsync(stores, Source("web", $"{site.Address}a {site.Address}b.txt"), AllowPrivate);
        Assert.Equal("2 added.", await rig.SyncAsync());
        site.Fail("/a", 410);
        Assert.Equal("1 unchanged, 1 deleted.", await rig.SyncAsync());
        var left = $"{site.Address}b.txt";
        await site.DisposeAsync();
        Assert.Contains("b.txt could not be read", await rig.FailAsync());
        Assert.Equal([left], await rig.PathsAsync());
    }

    [Fact]
    public async Task What_is_beyond_a_limit_is_said_and_not_deleted()
    {
        await using var site = await WebStub.StartAsync();
        site.Set("/a", "<html><body><p>The page A.</p></body></html>");
        site.Set("/b", "<html><body><p>The page B.</p></body></html>");
        await using var rig = await SyncRig.CreateAsync(stores, Source("web", $"{site.Address}a {site.Address}b"), AllowPrivate);
        Assert.Equal("2 added.", await rig.SyncAsync());
        var options = rig.Host.Get<IOptions<SyncOptions>>().Value;
        options.MaxPages = 1;
        var notes = await rig.FailAsync();
        Assert.Contains("Only the first 1 pages are read (Sync:MaxPages).", notes);
        Assert.Contains("Nothing was deleted", notes);
        Assert.Equal(2, (await rig.DocumentsAsync()).Count);
        options.MaxPages = 2;
        options.MaxWebBytes = 10;
        site.Set("/a", "<html><body><p>The page A is another one.</p></body></html>");
        Assert.Contains("Sync:MaxWebBytes", await rig.FailAsync());
    }

    [Theory]
    [InlineData("http://127.0.0.1:PORT/page", "127.0.0.1")]
    [InlineData("http://[::1]:PORT/page", "::1")]
    [InlineData("http://2130706433:PORT/page", "127.0.0.1")]
    [InlineData("http://169.254.169.254/latest/meta-data", "169.254.169.254")]
    [InlineData("http://[::ffff:10.0.0.1]/page", "10.0.0.1")]
    [InlineData("http://inside.test:PORT/page", "127.0.0.1")]
    public async Task Addresses_inside_are_not_connected_to(string address, string found)
    {
        await using var site = await WebStub.StartAsync();
        site.Set("/page", "<html><body><p>The secret page.</p></body></html>");
        var target = address.Replace("PORT", $"{site.Address.Port}", StringComparison.Ordinal);
        await using var rig = await SyncRig.CreateAsync(
            stores, Source("web", target), settings: null, services => Guard(services, AddressRules.IsPublic));
        var notes = await rig.FailAsync();
        Assert.Contains(found, notes);
        Assert.Contains("not a public address", notes);
        Assert.Empty(site.Requests);
        Assert.Empty(await rig.DocumentsAsync());
    }

    /// <summary>The stub's address passes for a public one here, so that a public page can lead inside.</summary>
    [Theory]
    [InlineData("http://127.0.0.2:PORT/page", "not a public address")]
    [InlineData("http://second.test:PORT/page", "not a public address")]
    [InlineData("file:///etc/passwd", "no address of the web")]
    [InlineData("http://user:password@public.test:PORT/page", "no address of the web")]
    [InlineData("/again", "more than 5 times")]
    public async Task Redirects_are_checked_like_the_first_address(string location, string reason)
    {
        await using var site = await WebStub.StartAsync();
        site.Set("/page", "<html><body><p>The secret page.</p></body></html>");
        site.Redirect("/again", "/again");
        site.Redirect("/start", location.Replace("PORT", $"{site.Address.Port}", StringComparison.Ordinal));
        await using var rig = await SyncRig.CreateAsync(
            stores, Source("web", $"http://public.test:{site.Address.Port}/start"), settings: null,
            services => Guard(services, address => address.Equals(IPAddress.Loopback)));
        Assert.Contains(reason, await rig.FailAsync());
        Assert.DoesNotContain("/page", site.Requests);
        Assert.Empty(await rig.DocumentsAsync());
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.255.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:192.168.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001:0:a00:1::", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Public_addresses_are_told_from_others(string address, bool isPublic) =>
        Assert.Equal(isPublic, AddressRules.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("/open", true)]
    [InlineData("/closed/a", false)]
    [InlineData("/closed/but/open", true)]
    [InlineData("/x/report.pdf", false)]
    [InlineData("/x/report.pdf?page=1", true)]
    [InlineData("/robots.txt", true)]
    public void The_longest_rule_for_the_program_decides(string path, bool allowed)
    {
        const string Text = """
            User-agent: Other
            User-agent: ragaspire   # names do not care about case
            Disallow: /closed/
            Allow: /closed/but/
            Disallow: /*.pdf$
            User-agent: *
            Disallow: /
            """;
        Assert.Equal(allowed, RobotRules.Parse(Text, "RagAspire").Allow(path));
        Assert.Equal(path == "/robots.txt", RobotRules.Parse(Text, "Somebody").Allow(path));
    }

    [Fact]
    public async Task A_sitemap_with_entities_is_refused_and_extensions_are_no_pages()
    {
        await Assert.ThrowsAsync<System.Xml.XmlException>(() => RagAspire.Sync.Web.Sitemap.ReadAsync(
            Bytes("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><urlset><url><loc>&b;</loc></url></urlset>"), default));
        var sitemap = await RagAspire.Sync.Web.Sitemap.ReadAsync(
            Bytes("""
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>
            <loc>http://a.test/1</loc><lastmod>2026-01-01</lastmod><image:image><image:loc>http://a.test/i</image:loc></image:image></url><url><loc>http://a.test/2</loc></url></urlset>
            """), default);
        Assert.Equal([("http://a.test/1", "2026-01-01"), ("http://a.test/2", "")], sitemap.Entries);
    }

    private static readonly Dictionary<string, string?> AllowPrivate = new() { ["Sync:AllowPrivateAddresses"] = "true" };

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static Dictionary<string, string?> Source(string kind, string location) =>
        new() { ["Kind"] = kind, ["Location"] = location };

    private static void Sitemap(WebStub site, params string[] pages) => site.Set("/sitemap.xml", $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        {string.Join('\n', pages.Select(page => $"<url><loc>{site.Address}{page}</loc></url>"))}
        <url><loc>http://elsewhere.test/</loc></url>
        </urlset>
        """, "application/xml");

    /// <summary>Names that a test needs, all at loopback addresses.</summary>
    private static void Guard(IServiceCollection services, Func<IPAddress, bool> isPublic) =>
        services.AddSingleton(new GuardedConnection(isPublic, (host, _) => Task.FromResult<IPAddress[]>(host switch
        {
            "public.test" or "inside.test" => [IPAddress.Loopback],
            "second.test" => [IPAddress.Parse("127.0.0.2")],
            _ => [IPAddress.Parse(host)],
        })));
}
