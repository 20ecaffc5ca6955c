using System.Net;
using System.Text;
using Microsoft.Playwright;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace RagAspire.Tests.Web;

/// <summary>The web app in a browser, as people use it.</summary>
public sealed class WebAppTests(WebApp app) : IClassFixture<WebApp>
{
    private const float Patience = 60_000;
    private const string Hostile = "<img src=x onerror=\"window.hacked=1;alert(1)\"><script>window.hacked=1;alert(1)</script>";

    private static readonly LocatorAssertionsToBeVisibleOptions Patiently = new() { Timeout = Patience };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_key_is_told_and_the_right_one_is_in_a_cookie_that_no_script_reads()
    {
        await using var page = await app.OpenAsync("/documents", key: null);
        await page.Page.FillAsync("input[name=Key]", "rag_0123456789abcdef_wrong");
        await page.Page.ClickAsync("main button");
        await Expect(page.Page.Locator("#refused")).ToContainTextAsync("not valid");

        await page.Page.FillAsync("input[name=Key]", RagSystem.Key);
        await page.Page.ClickAsync("main button");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Documents");

        var cookie = Assert.Single(await page.Page.Context.CookiesAsync(), cookie => cookie.Name == "ragaspire-session");
        Assert.Equal((true, SameSiteAttribute.Strict), (cookie.HttpOnly, cookie.SameSite));
        Assert.DoesNotContain(RagSystem.Key, Encoding.UTF8.GetString(Loose(cookie.Value)), StringComparison.Ordinal);
        Assert.DoesNotContain(RagSystem.Key, await page.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(RagSystem.Key, app.Output, StringComparison.Ordinal);

        await page.Page.ClickAsync("text=Sign out");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        await app.GoAsync(page, "/documents");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        await page.AssertSoundAsync();
    }

    [Fact]
    public async Task A_file_is_uploaded_and_followed_and_its_words_are_cited_marked_and_found()
    {
        var collection = app.NewCollection();
        await using var page = await app.OpenAsync($"/documents?collection={collection}");
        await UploadAsync(page, "wombats.txt", "Wombats are marsupials. The burrow of a wombat is thirty metres long. They dig at night.");

        await app.GoAsync(page, "/");
        await AskAsync(page, collection, "How long is the burrow of a wombat?");
        await page.Page.Locator(".words a.cite").First.ClickAsync();
        await Expect(page.Page.Locator(".passage mark")).ToContainTextAsync("thirty metres");
        await Expect(page.Page.Locator(".passage")).ToContainTextAsync("They dig at night.");
        await Expect(page.Page.Locator("#source-title")).ToBeFocusedAsync();
        await page.AssertSoundAsync();
        var address = await page.Page.Locator(".source p a").First.GetAttributeAsync("href");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page.Locator(".source")).ToHaveCountAsync(0);
        await page.Page.ClickAsync("text=Not helpful");
        await Expect(page.Page.Locator(".turn footer")).ToContainTextAsync("Thank you");

        await AskAsync(page, collection, "When do they dig?");
        Assert.Equal(2, await page.Page.Locator(".turn").CountAsync());

        await app.GoAsync(page, address!);
        await Expect(page.Page.Locator("mark#passage")).ToContainTextAsync("thirty metres");
        await app.GoAsync(page, $"/search?q=burrows&collection={collection}&explain=true");
        await Expect(page.Page.Locator(".hits mark").First).ToHaveTextAsync("burrow");
        await page.AssertSoundAsync();
        await page.Page.ClickAsync("form details summary");
        await page.Page.FillAsync("input[name=key]", "year");
        await page.Page.FillAsync("input[name=value]", "2025");
        await page.Page.ClickAsync("form .primary");
        await Expect(page.Page.Locator("[role=status]")).ToContainTextAsync("0 found");
        await Expect(page.Page.Locator("input[name=value]")).ToHaveValueAsync("2025");
        await page.AssertSoundAsync();
        await page.Page.GoBackAsync();

        await page.Page.ClickAsync(".hits h2 a");
        await page.Page.ClickAsync(".back a >> nth=1");
        await page.Page.ClickAsync("button.danger");
        await page.Page.ClickAsync("#delete button.danger");
        await Expect(page.Page.Locator(".notice.good")).ToContainTextAsync("deleted");
        await Expect(page.Page.Locator(".empty")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_document_that_fails_says_why()
    {
        await using var page = await app.OpenAsync($"/documents?collection={app.NewCollection()}");
        await page.Page.SetInputFilesAsync("input.chooser:not([disabled])", [new FilePayload
        {
            Name = "program.exe", MimeType = "application/octet-stream", Buffer = [0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0],
        }]);
        await Expect(page.Page.Locator(".uploads .notice.critical")).ToBeVisibleAsync(Patiently);
        await page.AssertSoundAsync();
    }

    [Fact]
    public async Task Hostile_names_texts_and_answers_are_only_text()
    {
        var collection = app.NewCollection();
        await using var page = await app.OpenAsync($"/documents?collection={collection}");
        var dialogs = 0;
        page.Page.Dialog += async (_, dialog) =>
        {
            dialogs++;
            await dialog.DismissAsync();
        };
        await UploadAsync(page, "<img src=x onerror=alert(1)>.txt", $"The password of the vault is {Hostile} in capital letters.");
        await Expect(page.Page.Locator("tbody th a")).ToHaveTextAsync("<img src=x onerror=alert(1)>.txt");

        await page.Page.ClickAsync("tbody th a");
        await Expect(page.Page.Locator(".chunks")).ToContainTextAsync("onerror");
        await page.AssertSoundAsync();
        await app.GoAsync(page, $"/search?q={Uri.EscapeDataString($"vault password {Hostile}")}&collection={collection}");
        await Expect(page.Page.Locator(".hits")).ToContainTextAsync("<script>");
        await page.AssertSoundAsync();
        await app.GoAsync(page, "/");
        await AskAsync(page, collection, Hostile);
        await Expect(page.Page.Locator(".asked")).ToContainTextAsync("<script>");
        await AskAsync(page, collection, "What is the password of the vault?");
        await page.Page.Locator(".words a.cite").First.ClickAsync();
        await Expect(page.Page.Locator(".passage mark")).ToContainTextAsync("onerror");

        Assert.Equal(0, dialogs);
        Assert.Equal("undefined", await page.Page.EvaluateAsync<string>("() => typeof window.hacked"));
        Assert.Equal(0, await page.Page.Locator("main img").CountAsync());
        await page.AssertSoundAsync();
    }

    [Fact]
    public async Task A_reader_is_offered_nothing_that_the_API_refuses()
    {
        var collection = app.NewCollection();
        await using var page = await app.OpenAsync("/documents", await app.KeyAsync(["read"], collection));

        Assert.Equal(["Ask", "Documents", "Search"], await page.Page.Locator("header nav a").AllInnerTextsAsync());
        Assert.Equal(0, await page.Page.Locator("input.chooser").CountAsync());
        Assert.Equal(collection, await page.Page.Locator("input[name=collection]").InputValueAsync());
        await app.GoAsync(page, "/operations/audit");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Not allowed");
        await app.GoAsync(page, "/documents?collection=others");
        await Expect(page.Page.Locator(".notice.critical")).ToContainTextAsync("may not");
    }

    [Fact]
    public async Task The_collections_that_the_key_may_use_are_suggested()
    {
        // First in the order of the names, of which a page has the first ones.
        var collection = $"0{app.NewCollection()}";
        await app.System.Client.UploadAsync("note.txt", "A note in a collection."u8.ToArray(), ("collection", collection));
        await using var page = await app.OpenAsync("/search", await app.KeyAsync(["read"]));

        Assert.Contains(collection, await page.Page.Locator("#search-collections option").EvaluateAllAsync<string[]>(
            "options => options.map(option => option.value)"));
    }

    [Fact]
    public async Task A_key_that_is_revoked_leads_back_to_the_sign_in()
    {
        var key = await app.KeyAsync(["read"]);
        await using var page = await app.OpenAsync("/documents", key);
        await app.System.Client.SendAsync(HttpMethod.Delete, $"/api/v1/operations/api-keys/{key.Split('_')[1]}");

        await app.GoAsync(page, "/documents");

        await Expect(page.Page.Locator(".notice")).ToContainTextAsync("no longer valid");
    }

    [Fact]
    public async Task Operators_run_tasks_read_reports_and_manage_keys()
    {
        await using var page = await app.OpenAsync("/operations/maintenance");
        await page.Page.ClickAsync("[aria-label='Dry run of prune-logs'], tbody tr:first-child button.quiet");
        await Expect(page.Page.Locator("main .badge").First).ToBeVisibleAsync();
        await Expect(page.Page.Locator("main .badge.good, main .badge.critical, main .badge.neutral").First).ToBeVisibleAsync(Patiently);

        await app.GoAsync(page, "/operations");
        await page.Page.ClickAsync("text=Usage");
        await Expect(page.Page.Locator("h1")).ToContainTextAsync("Usage");
        await app.GoAsync(page, "/runbooks/ApiDown");
        await Expect(page.Page.Locator("h1")).ToContainTextAsync("ApiDown");

        await app.GoAsync(page, "/operations/keys");
        await page.Page.FillAsync("input[name=Name]", Hostile);
        await page.Page.CheckAsync("input[value=read]");
        await page.Page.ClickAsync("text=Create key");
        await Expect(page.Page.Locator("#secret")).ToContainTextAsync("rag_");
        await page.AssertSoundAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Every_page_is_sound_in_each_theme_and_on_a_phone(ColorScheme scheme, int width)
    {
        var collection = app.NewCollection();
        var id = await app.System.Client.UploadAsync(
            "note.txt", "A note about foxes."u8.ToArray(), ("collection", collection), ("metadata", """{"year":2026,"by":["Ann","Bob"]}"""));
        await app.System.Client.ProcessedAsync(id);
        await using var signIn = await app.OpenAsync("/sign-in", key: null, width, scheme);
        await signIn.AssertSoundAsync();
        await using var page = await app.OpenAsync("/", width: width, scheme: scheme);
        foreach (var path in new[]
        {
            "/", $"/documents?collection={collection}", $"/documents/{id}", $"/documents/{id}/text?start=2&end=6", "/search",
            $"/search?q=fox&explain=true&collection={collection}",
            $"/search?q=fox&collection={collection}&type=text/plain&from=2026-01-01&key=year&is=gte&value=2025", "/operations", "/operations/diagnosis", "/operations/maintenance",
            "/operations/backups", "/operations/audit", "/operations/keys", "/denied",
        })
        {
            await app.GoAsync(page, path);
            await Expect(page.Page.Locator("h1")).ToBeVisibleAsync();
            await page.AssertSoundAsync();
            await page.KeepPictureAsync($"web{path.Split('?')[0].Replace('/', '-').Replace($"{id}", "id")}{(path.Contains("key=") ? "-some" : "")}-{scheme}-{width}");
        }
    }

    [Fact]
    public async Task Pages_have_a_policy_without_anything_inline_and_posts_need_the_token_of_a_form()
    {
        using var http = app.Http();
        using var page = await http.GetAsync("/sign-in", Cancelled);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("no-store", page.Headers.CacheControl?.ToString());
        Assert.Equal("DENY", Assert.Single(page.Headers.GetValues("X-Frame-Options")));
        var html = await page.Content.ReadAsStringAsync(Cancelled);
        Assert.DoesNotContain(" style=", html);
        Assert.DoesNotContain("<script>", html);

        foreach (var path in new[] { "/sign-in", "/sign-out" })
        {
            using var form = new FormUrlEncodedContent([new("_handler", "sign-in"), new("Key", RagSystem.Key)]);
            using var refused = await http.PostAsync(path, form, Cancelled);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        using var hidden = await http.GetAsync("/operations", Cancelled);
        Assert.Equal(HttpStatusCode.Redirect, hidden.StatusCode);
        using var proxy = await http.GetAsync("/api/v1/operations/usage", Cancelled);
        Assert.Equal(HttpStatusCode.Redirect, proxy.StatusCode);
    }

    private static async Task UploadAsync(BrowserPage page, string name, string text)
    {
        await page.Page.SetInputFilesAsync(
            "input.chooser:not([disabled])", [new FilePayload { Name = name, MimeType = "text/plain", Buffer = Encoding.UTF8.GetBytes(text) }]);
        await Expect(page.Page.Locator(".uploads .badge.good")).ToBeVisibleAsync(Patiently);
        await Expect(page.Page.Locator("tbody .badge.good")).ToBeVisibleAsync(Patiently);
    }

    private static async Task AskAsync(BrowserPage page, string collection, string question)
    {
        var turns = await page.Page.Locator(".turn").CountAsync();
        await page.Page.FillAsync(".question input[name=collection]", collection);
        await page.Page.FillAsync("#question:not([disabled])", question);
        await page.Page.PressAsync("#question", "Enter");
        await Expect(page.Page.Locator(".turn footer").Nth(turns)).ToBeVisibleAsync(Patiently);
    }

    /// <summary>The bytes of a value in Base64 for addresses.</summary>
    private static byte[] Loose(string value) =>
        Convert.FromBase64String(value.Replace('-', '+').Replace('_', '/').PadRight((value.Length + 3) / 4 * 4, '='));
}
