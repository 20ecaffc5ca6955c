using System.Text;
using Microsoft.Playwright;
using RagAspire.Tests.Api.Reports;
using static Microsoft.Playwright.Assertions;

namespace RagAspire.Tests.Web;

/// <summary>What tests of the web app do again and again.</summary>
internal static class WebSteps
{
    public const float Patience = 60_000;

    /// <summary>What a browser would run, or ask another host for, if it took it for markup.</summary>
    public const string Hostile = "<img src=x onerror=\"window.hacked=1;alert(1)\"><script>window.hacked=1;alert(1)</script>";

    /// <summary>The same for places that take few characters and no '='.</summary>
    public const string Short = "<script>hacked()</script><b>";

    /// <summary>For what is shown when the worker is done.</summary>
    public static LocatorAssertionsToBeVisibleOptions Patiently { get; } = new() { Timeout = Patience };

    /// <summary>A text file as the browser's dialog gives it to a page.</summary>
    public static FilePayload File(string name, string text) =>
        new() { Name = name, MimeType = "text/plain", Buffer = Encoding.UTF8.GetBytes(text) };

    /// <summary>Uploads a text on the page of the documents, and waits until it can be searched.</summary>
    public static async Task UploadAsync(this BrowserPage page, string name, string text)
    {
        await page.Page.SetInputFilesAsync("input.chooser:not([disabled])", [File(name, text)]);
        await Expect(page.Page.Locator(".uploads .badge.good")).ToBeVisibleAsync(Patiently);
        await Expect(page.Page.Locator("tbody tr", new() { HasText = name }).Locator(".badge.good")).ToBeVisibleAsync(Patiently);
    }

    /// <summary>No hostile text has become markup.</summary>
    public static async Task AssertUnharmedAsync(BrowserPage page)
    {
        Assert.Equal("undefined", await page.Page.EvaluateAsync<string>("() => typeof window.hacked"));
        Assert.Equal(0, await page.Page.Locator("main img, main b, main script").CountAsync());
    }

    /// <summary>Asks on the first page, and waits for the whole answer.</summary>
    public static async Task AskAsync(this BrowserPage page, string collection, string question)
    {
        var answers = await page.Page.Locator(".turn footer").CountAsync();
        await page.Page.FillAsync(".question input[name=collection]", collection);
        await page.Page.FillAsync("#question:not([disabled])", question);
        await page.Page.PressAsync("#question", "Enter");
        await Expect(page.Page.Locator(".turn footer").Nth(answers)).ToBeVisibleAsync(Patiently);
    }
}
