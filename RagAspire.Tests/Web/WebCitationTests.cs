using System.Text;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Extraction;
using static Microsoft.Playwright.Assertions;

namespace RagAspire.Tests.Web;

/// <summary>Citations of files in their formats, which show the sentence that an answer rests on.</summary>
[Collection(WebApp.Name)]
public sealed class WebCitationTests(WebApp app)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_citation_opens_the_text_at_its_page_with_its_sentence_marked_and_no_other()
    {
        (string File, string Question, string Place, string Sentence)[] cited =
        [
            ("handbook.pdf", "Which colour do the badges of contractors have?", "page 3, Havenbrook Instruments Handbook > 9 Entry badges",
                "Employee badges are blue, contractors wear green."),
            ("visitors.docx", "In which halls are safety glasses worn?", "Rules on the site", "b) Wear the safety glasses in halls 1 to 3."),
            ("kantine.html", "Wann öffnet die Kantine?", "Kantine", "Die Kantine öffnet um 11:30 Uhr."),
            ("stock.xlsx", "How many pieces of the rotor HB-350 are there?", "page 1, Stock", "Rotor HB-350 | B1 | 940"),
            ("shuttle.eml", "How much earlier does the shuttle leave?", "Shuttle über die neue Brücke", "It leaves five minutes earlier."),
            ("long.txt", "Where is the key of the boathouse?", "", "The key of the boathouse is under the third stone."),
        ];
        var uploaded = new List<(Guid Id, string Collection)>();
        foreach (var (file, _, _, sentence) in cited)
        {
            var collection = app.NewCollection();
            var content = file == "long.txt" ? Long(sentence) : await File.ReadAllBytesAsync(Samples.Document($"sample/{file}"), Token);
            uploaded.Add((await app.System.Client.UploadAsync(file, content, ("collection", collection)), collection));
        }

        var opened = new List<(string File, string Question, string Place, string Sentence)>();
        await using var page = await app.OpenAsync("/");
        foreach (var ((file, question, _, _), (id, collection)) in cited.Zip(uploaded))
        {
            await app.System.Client.ProcessedAsync(id);
            await app.System.Client.FindAsync(question, collection);
            await app.GoAsync(page, "/");
            await page.AskAsync(collection, question);
            await page.Page.Locator(".words a.cite").First.ClickAsync();
            await Expect(page.Page.Locator(".passage mark")).ToBeInViewportAsync();
            var title = await TextAsync(page, "#source-title");
            var place = string.Join(", ", await page.Page.Locator(".source > p span").AllInnerTextsAsync());
            var sentence = await TextAsync(page, ".passage mark");
            await page.KeepPictureAsync($"web-source-{file}");

            await app.GoAsync(page, (await page.Page.Locator(".source p a").First.GetAttributeAsync("href"))!);
            await Expect(page.Page.Locator("mark")).ToBeInViewportAsync();
            Assert.Equal(sentence, await TextAsync(page, "mark"));
            opened.Add((title, question, place, sentence));
        }

        Assert.Equal(cited, opened);
        await page.AssertSoundAsync();
    }

    private static Task<string> TextAsync(BrowserPage page, string selector) => page.Page.Locator(selector).InnerTextAsync();

    /// <summary>A text in which the sentence is far below the first lines of its page.</summary>
    private static byte[] Long(string sentence) => Encoding.UTF8.GetBytes(
        string.Join("\n\n", [.. Enumerable.Range(0, 300).Select(at => $"Boat {at} is old."), sentence, "Boats are painted in May."]));
}
