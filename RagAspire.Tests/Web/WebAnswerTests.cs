using RagAspire.Tests.Api.Doors;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;
using static Microsoft.Playwright.Assertions;
using static RagAspire.Tests.Web.WebSteps;

namespace RagAspire.Tests.Web;

/// <summary>Answers that a model writes, on the first page.</summary>
[Collection(DoorsHost.Name)]
public sealed class WebAnswerTests(DoorsHost host, Browser browser, SharedSystem shared, Stores stores)
{
    [Fact]
    public async Task An_answer_is_only_text_while_it_is_written_can_be_stopped_and_is_only_text_when_it_is_complete()
    {
        await using var app = new WebApp(browser, shared, stores);
        await app.StartAsync(host.System);
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
        }
        finally
        {
            (host.Ollama.Mode, host.Ollama.Answer) = (OllamaMode.Normal, _ => DoorsHost.Answer);
        }
    }
}
