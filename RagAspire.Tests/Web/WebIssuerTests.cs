using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RagAspire.Tests.Api.Protocols;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace RagAspire.Tests.Web;

/// <summary>Users who sign in at an issuer.</summary>
[Collection(ProtocolHost.Name)]
public sealed class WebIssuerTests(ProtocolHost host, Browser browser, SharedSystem shared)
{
    private const string Documents = $"/documents?collection={ProtocolHost.SharedCollection}";

    [Fact]
    public async Task A_user_signs_in_at_the_issuer_works_with_tokens_that_are_replaced_and_signs_out_at_both()
    {
        host.Issuer.Users["zoe"] = [];
        host.Issuer.Users["ann"] = ["red"];

        // Shorter than the time before its end at which a token is replaced.
        host.Issuer.Lifetime = TimeSpan.FromSeconds(40);
        var app = await host.WebAsync(browser, shared);
        await using var page = await app.OpenAsync(Documents, key: null);
        await Expect(page.Page.Locator("input[name=Key]")).ToBeVisibleAsync();
        await page.AssertSoundAsync();

        await SignInAsync(page, "zoe");
        await Expect(page.Page.Locator("#refused")).ToContainTextAsync("none of your groups has rights");
        await page.Page.Context.ClearCookiesAsync();
        await app.GoAsync(page, Documents);

        await SignInAsync(page, "ann");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Documents");
        Assert.Equal(new Uri(app.Address, Documents).ToString(), page.Page.Url);
        await Expect(page.Page.Locator(".who")).ToHaveTextAsync("ann (id-of-ann)");
        await page.UploadAsync("plum.txt", "The plum is ripe in September.");
        await app.GoAsync(page, "/");
        await page.AskAsync(ProtocolHost.SharedCollection, "When is the plum ripe?");
        await page.AssertSoundAsync();

        Assert.True(host.Issuer.Refreshes > 0);
        Assert.DoesNotContain("eyJ", await page.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", app.Output, StringComparison.Ordinal);
        Assert.All(
            (await page.Page.Context.CookiesAsync()).Where(cookie => cookie.Name.StartsWith("ragaspire-session", StringComparison.Ordinal)),
            cookie => Assert.Equal((true, SameSiteAttribute.Strict), (cookie.HttpOnly, cookie.SameSite)));

        await page.Page.ClickAsync("text=Sign out");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        await page.Page.ClickAsync("text=Sign in with Example");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Who are you?");
        await AssertLocalAsync(app);
    }

    [Fact]
    public async Task Where_only_users_sign_in_no_key_is_asked_for_and_none_that_is_posted_is_taken()
    {
        host.Issuer.Users["ann"] = ["red"];
        var both = await host.WebAsync(browser, shared);
        await using var users = await host.StartWebAsync(browser, shared, ("Oidc__TakesKeys", "false"));
        await using var page = await users.OpenAsync("/documents", key: null);
        await Expect(page.Page.GetByText("Sign in with Example")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("main input, main form")).ToHaveCountAsync(0);
        await page.AssertSoundAsync();
        await SignInAsync(page, "ann");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Documents");

        // The form of the other one, whose tokens count here too because both have one secret.
        using var http = both.Http();
        var form = await http.GetStringAsync("/sign-in", TestContext.Current.CancellationToken);
        var token = Regex.Match(form, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        foreach (var (app, status, isSignedIn) in new[]
        {
            (users, HttpStatusCode.BadRequest, false), (both, HttpStatusCode.Redirect, true),
        })
        {
            using var content = new FormUrlEncodedContent(
                [new("_handler", "sign-in"), new("__RequestVerificationToken", token), new("Key", RagSystem.Key)]);
            using var response = await http.PostAsync(new Uri(app.Address, "/sign-in"), content, TestContext.Current.CancellationToken);
            Assert.Equal(status, response.StatusCode);
            var cookies = response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [];
            Assert.Equal(isSignedIn, cookies.Any(cookie => cookie.StartsWith("ragaspire-session", StringComparison.Ordinal)));
        }

        await AssertSessionOfAKeyEndsAsync(http, both, users);
    }

    /// <summary>The client's session began where keys are taken.</summary>
    private static async Task AssertSessionOfAKeyEndsAsync(HttpClient http, WebApp both, WebApp users)
    {
        using var page = await http.GetAsync(new Uri(both.Address, "/documents"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        using var refused = await http.GetAsync(new Uri(users.Address, "/documents"), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), (refused.StatusCode, refused.Headers.Location!.AbsolutePath));
        var cookies = refused.Headers.GetValues("Set-Cookie");
        Assert.Contains(cookies, cookie => cookie.StartsWith("ragaspire-session=;", StringComparison.Ordinal));
    }

    private static async Task SignInAsync(BrowserPage page, string user)
    {
        await page.Page.ClickAsync("text=Sign in with Example");
        await page.Page.ClickAsync($"a:text-is('{user}')");
    }

    /// <summary>What leads on leads nowhere else, and what is no answer of the issuer gets no session.</summary>
    private static async Task AssertLocalAsync(WebApp app)
    {
        using var http = app.Http();
        foreach (var (path, shown) in new[]
        {
            ("/signed-in?next=/search", "0;url=/search"), ("/signed-in?next=//evil.example", "0;url=/\""),
            ("/signed-in?next=https://evil.example", "0;url=/\""), ("/signed-in?next=/%22%3E%3Cscript%3E", "0;url=/&quot;&gt;&lt;script&gt;"),
        })
        {
            var page = await http.GetStringAsync(path, TestContext.Current.CancellationToken);
            Assert.Contains(shown, page, StringComparison.Ordinal);
        }

        using var forged = await http.GetAsync("/sign-in/callback?code=a&state=b", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?failed=issuer"), (forged.StatusCode, forged.Headers.Location!.ToString()));
    }
}
