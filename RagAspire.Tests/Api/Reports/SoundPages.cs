using Microsoft.Playwright;
using RagAspire.Api.Reports;

namespace RagAspire.Tests.Api.Reports;

/// <summary>What every page for operators must be.</summary>
internal static class SoundPages
{
    /// <summary>Words of tables that stand on two lines.</summary>
    private const string BrokenWords = """
        [...document.querySelectorAll('th, td')].flatMap(cell => {
          const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), broken = [];
          for (let text; text = texts.nextNode();) {
            for (const word of text.data.matchAll(/(?<!\S)[a-zA-Z]{2,16}(?!\S)/g)) {
              const range = document.createRange();
              range.setStart(text, word.index);
              range.setEnd(text, word.index + word[0].length);
              if (new Set([...range.getClientRects()].map(line => line.top)).size > 1) broken.push(word[0]);
            }
          }
          return broken;
        })
        """;

    /// <summary>A report with these contents, served by itself.</summary>
    public static async Task AssertSoundAsync(this Browser browser, string name, Report report, params string[] texts)
    {
        await using var server = await ReportServer.StartAsync(report);
        await browser.AssertSoundAsync(name, server.Urls.Single(), key: null, texts);
    }

    /// <summary>
    /// Wide and light, and narrow and dark: the texts are there, all pictures are drawn, nothing else is requested, nothing is
    /// wrong with it, and it can be printed.
    /// </summary>
    public static async Task AssertSoundAsync(
        this Browser browser, string name, string address, string? key, params string[] texts)
    {
        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (360, ColorScheme.Dark) })
        {
            await using var page = await browser.OpenAsync(width, scheme, key);
            var response = await page.Page.GotoAsync(address);
            await page.KeepPictureAsync($"{name}-{width}");

            Assert.Equal(200, response!.Status);
            foreach (var text in texts)
            {
                await Assertions.Expect(page.Page.Locator("body")).ToContainTextAsync(text);
            }

            await page.AssertSoundAsync();
            Assert.Single(page.Requests, request => !request.StartsWith("data:", StringComparison.Ordinal));
            Assert.True(await page.Page.EvaluateAsync<bool>(
                "Promise.all([...document.images].map(image => image.decode())).then(() => true, () => false)"));
            Assert.Empty(width < 1000 ? [] : await page.Page.EvaluateAsync<string[]>(BrokenWords));
            Assert.NotEmpty(await page.Page.PdfAsync());
        }
    }
}
