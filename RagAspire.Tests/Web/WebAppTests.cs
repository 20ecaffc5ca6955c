using System.Net;
using System.Text;
using Microsoft.Playwright;
using RagAspire.Tests.Support;
using static Microsoft.Playwright.Assertions;
using static RagAspire.Tests.Web.WebSteps;

namespace RagAspire.Tests.Web;

/// <summary>The web app in a browser, as people use it.</summary>
[Collection(WebApp.Name)]
public sealed class WebAppTests(WebApp app)
{
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
        await page.UploadAsync("wombats.txt", "Wombats are marsupials. The burrow of a wombat is thirty metres long. They dig at night.");

        await app.GoAsync(page, "/");
        await page.AskAsync(collection, "How long is the burrow of a wombat?");
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

        await page.AskAsync(collection, "When do they dig?");
        await Expect(page.Page.Locator(".turn").Last).ToContainTextAsync("at night");
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
    public async Task Questions_are_answered_from_some_documents_where_that_is_wanted()
    {
        var collection = app.NewCollection();
        var id = await app.System.Client.UploadAsync("bees.txt", "A bee visits 1500 flowers a day."u8.ToArray(), ("collection", collection));
        await app.System.Client.ProcessedAsync(id);
        await app.System.Client.FindAsync("bee", collection);
        await using var page = await app.OpenAsync("/");
        await page.Page.ClickAsync(".question summary");
        foreach (var (name, answer) in new[] { ("wasps.txt", "Not in your documents"), ("bees.txt", "1500") })
        {
            await page.Page.FillAsync(".question input[name=name]", name);
            await page.AskAsync(collection, "How many flowers does a bee visit a day?");
            await Expect(page.Page.Locator(".turn").Last).ToContainTextAsync(answer);
            await page.AssertSoundAsync();
            await page.KeepPictureAsync($"web-ask-{name}");
        }
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
        await page.UploadAsync("<img src=x onerror=alert(1)>.txt", $"The password of the vault is {Hostile} in capital letters.");
        await Expect(page.Page.Locator("tbody th a")).ToHaveTextAsync("<img src=x onerror=alert(1)>.txt");

        await page.Page.ClickAsync("tbody th a");
        await Expect(page.Page.Locator(".chunks")).ToContainTextAsync("onerror");
        var id = Guid.Parse(page.Page.Url.Split('/')[^1]);
        await app.System.Client.SendAsync(HttpMethod.Patch, $"/api/v1/documents/{id}", new
        {
            tags = new Dictionary<string, string> { [Short] = Hostile },
            metadata = new { by = new[] { Hostile } },
        });
        await page.Page.ReloadAsync();
        await Expect(page.Page.Locator("dl")).ToContainTextAsync($"{Short}={Hostile}");
        await Expect(page.Page.Locator("dl")).ToContainTextAsync("by: [");
        await page.AssertSoundAsync();
        await app.GoAsync(page, $"/documents/{id}/text");
        await Expect(page.Page.Locator(".text")).ToContainTextAsync("onerror");
        await page.AssertSoundAsync();
        await app.GoAsync(page, $"/search?q={Uri.EscapeDataString($"vault password {Hostile}")}&collection={collection}");
        await Expect(page.Page.Locator(".hits")).ToContainTextAsync("<script>");
        await page.AssertSoundAsync();
        await app.GoAsync(page, "/");
        await page.AskAsync(collection, Hostile);
        await Expect(page.Page.Locator(".asked")).ToContainTextAsync("<script>");
        await page.AskAsync(collection, "What is the password of the vault?");
        await page.Page.Locator(".words a.cite").First.ClickAsync();
        await Expect(page.Page.Locator(".passage mark")).ToContainTextAsync("onerror");

        Assert.Equal(0, dialogs);
        await AssertUnharmedAsync(page);
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
            $"/search?q=fox&collection={collection}&type=text/plain&from=2026-01-01&key=year&is=gte&value=2025", "/operations", "/operations/diagnosis", "/operations/memory", "/operations/capacity", "/operations/usage?period=week",
            "/operations/maintenance",
            "/operations/backups", "/operations/audit", "/operations/keys", "/denied", "/status/404",
        })
        {
            await app.GoAsync(page, path);
            await Expect(page.Page.Locator("h1")).ToBeVisibleAsync();
            await page.AssertSoundAsync();
            await page.KeepPictureAsync($"web{path.Split('?')[0].Replace('/', '-').Replace($"{id}", "id")}{(path.Contains("key=") ? "-some" : "")}-{scheme}-{width}");
        }
    }

    /// <summary>By a language that writes each vowel with an accent: a text with others is none of <c>Texts.resx</c>.</summary>
    [Fact]
    public async Task Every_text_of_the_pages_can_be_translated()
    {
        const string Language = "qps-Ploc";
        using var http = app.Http();
        Assert.Contains("<html lang=\"en\">", await http.GetStringAsync("/sign-in", Cancelled));
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd($"{Language}, en;q=0.5");
        Assert.Contains($"<html lang=\"{Language}\">", await http.GetStringAsync("/sign-in", Cancelled));

        await using var page = await app.OpenAsync("/");
        await page.Page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie
        {
            Name = ".AspNetCore.Culture", Value = $"c={Language}|uic={Language}", Url = app.Address.ToString(),
        }]);
        foreach (var path in new[] { "/", $"/documents?collection={app.NewCollection()}", "/search", "/status/404", "/denied" })
        {
            await app.GoAsync(page, path);
            await Expect(page.Page.Locator("textarea[disabled], input[type=file][disabled]")).ToHaveCountAsync(0);
            Assert.Empty(await page.Page.EvaluateAsync<string[]>(
                """
                () => {
                  const texts = [];
                  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
                  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                    if (node.nodeType === Node.TEXT_NODE) texts.push(node.parentElement.closest("script, .brand, .who") ? "" : node.data);
                    else for (const name of ["aria-label", "placeholder", "title", "alt"]) texts.push(node.getAttribute(name) ?? "");
                  }
                  return texts.filter(text => /[aeiou]/i.test(text));
                }
                """));
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

    /// <summary>The bytes of a value in Base64 for addresses.</summary>
    private static byte[] Loose(string value) =>
        Convert.FromBase64String(value.Replace('-', '+').Replace('_', '/').PadRight((value.Length + 3) / 4 * 4, '='));
}
