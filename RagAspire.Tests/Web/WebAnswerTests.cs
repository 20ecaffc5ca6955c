using System.Text.RegularExpressions;
using RagAspire.Tests.Api.Protocols;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;
using static Microsoft.Playwright.Assertions;
using static RagAspire.Tests.Web.WebSteps;

namespace RagAspire.Tests.Web;

/// <summary>Answers that a model writes, on the first page, and a backup.</summary>
[Collection(ProtocolHost.Name)]
public sealed class WebAnswerTests(ProtocolHost host, Browser browser, SharedSystem shared)
{
    // A backup is a dump and many files, which take their time on a busy machine.
    private const float BackupPatience = 3 * Patience;

    [Fact]
    public async Task An_answer_is_only_text_while_it_is_written_can_be_stopped_and_is_only_text_when_it_is_complete()
    {
        var app = await host.WebAsync(browser, shared);
        await using var page = await app.OpenAsync("/");
        try
        {
            host.Ollama.Answer = _ => $"<b>So</b> it jumps {Short} over the lazy dog [1].";
            host.Ollama.Mode = OllamaMode.HangingMidStream;
            await page.Page.FillAsync("#question:not([disabled])", "Which lazy dog does the quick brown fox jump over?");
            await page.Page.PressAsync("#question", "Enter");
            await Expect(page.Page.Locator(".turn[aria-busy=true] .words")).ToContainTextAsync("<b>So</b> it");
            await AssertUnharmedAsync(page);

            await page.Page.ClickAsync("text=Stop");
            await Expect(page.Page.Locator(".turn[aria-busy=false]")).ToContainTextAsync("You stopped this answer.");
            await page.AssertSoundAsync();

            host.Ollama.Mode = OllamaMode.Normal;
            await page.AskAsync("", "Over which dog does the quick brown fox jump?");
            await Expect(page.Page.Locator(".turn").Last).ToContainTextAsync("Written by");
            await Expect(page.Page.Locator(".turn .words").Last).ToContainTextAsync(Short);
            await AssertUnharmedAsync(page);
            await page.AssertSoundAsync();

            host.Ollama.Mode = OllamaMode.Failing;
            await app.GoAsync(page, "/");
            await page.AskAsync("", "Does the brown fox jump over anything lazy?");
            await Expect(page.Page.Locator(".turn .notice.warning")).ToContainTextAsync("Less than usual");
            await page.AssertSoundAsync();
        }
        finally
        {
            (host.Ollama.Mode, host.Ollama.Answer) = (OllamaMode.Normal, _ => ProtocolHost.Answer);
        }
    }

    [Fact]
    public async Task A_backup_is_made_its_run_is_followed_without_reloading_and_it_is_verified()
    {
        var app = await host.WebAsync(browser, shared);
        await using var page = await app.OpenAsync("/operations/backups");
        await page.Page.ClickAsync("text=Back up now");
        await Expect(page.Page).ToHaveURLAsync(new Regex("/operations/maintenance/runs/"));
        await page.Page.EvaluateAsync("() => window.isSamePage = true");
        await Expect(page.Page.Locator("main .badge.good")).ToHaveTextAsync("succeeded", new() { Timeout = BackupPatience });
        Assert.True(await page.Page.EvaluateAsync<bool>("() => window.isSamePage === true"));
        await page.AssertSoundAsync();

        await app.GoAsync(page, "/operations/backups");
        await page.Page.ClickAsync("tbody form button");
        await Expect(page.Page.Locator(".notice.good")).ToBeVisibleAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await app.GoAsync(page, "/operations/backups");
                return await page.Page.Locator("tbody .badge.good", new() { HasText = "verified" }).CountAsync() == 1;
            },
            TimeSpan.FromMilliseconds(BackupPatience), () => "The backup is not verified.", TestContext.Current.CancellationToken);
        await page.AssertSoundAsync();
    }
}
