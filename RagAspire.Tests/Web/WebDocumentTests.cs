using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using static Microsoft.Playwright.Assertions;
using static RagAspire.Tests.Web.WebSteps;

namespace RagAspire.Tests.Web;

/// <summary>Folders, next versions and retries on the pages of the documents.</summary>
[Collection(WebApp.Name)]
public sealed class WebDocumentTests(WebApp app)
{
    [Fact]
    public async Task A_document_is_replaced_on_its_page_and_the_second_version_is_shown_and_found()
    {
        var collection = app.NewCollection();
        var id = await app.System.Client.UploadAsync("lamp.txt", "The lamp is green."u8.ToArray(), ("collection", collection));
        await app.System.Client.ProcessedAsync(id);
        await using var page = await app.OpenAsync($"/documents/{id}");
        await Expect(page.Page.Locator("dl")).ToContainTextAsync("Version1");

        await page.Page.ClickAsync("details.card summary");
        await page.Page.SetInputFilesAsync("input.chooser:not([disabled])", [File("light.txt", "The lamp is purple now.")]);

        await Expect(page.Page.Locator("dl")).ToContainTextAsync("Version2");
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("light.txt");
        await Expect(page.Page.Locator(".chunks")).ToContainTextAsync("purple");
        await page.AssertSoundAsync();
        await page.KeepPictureAsync("web-replaced");
        Assert.Contains("purple", Assert.Single(await app.System.Client.FindAsync("purple", collection)).Text);
        await app.GoAsync(page, $"/search?q=lamp&collection={collection}");
        await Expect(page.Page.Locator(".hits")).ToContainTextAsync("purple");
        Assert.Equal(0, await page.Page.GetByText("green").CountAsync());
    }

    [Fact]
    public async Task The_files_of_a_chosen_folder_are_uploaded_with_their_paths()
    {
        using var folder = HandbookFolder();
        var collection = app.NewCollection();
        await using var page = await app.OpenAsync($"/documents?collection={collection}");
        await Expect(page.Page.Locator("input.chooser:not([disabled])")).ToHaveCountAsync(1);

        await page.Page.SetInputFilesAsync("input[webkitdirectory]:not([disabled])", Path.Combine(folder.Path, "handbook"));

        await AssertUploadedAsync(page, collection);
    }

    [Fact]
    public async Task The_files_of_a_dropped_folder_are_uploaded_with_their_paths()
    {
        using var folder = HandbookFolder();
        var collection = app.NewCollection();
        await using var page = await app.OpenAsync($"/documents?collection={collection}");
        await Expect(page.Page.Locator("input.chooser:not([disabled])")).ToHaveCountAsync(1);

        await DropAsync(page, ".drop", Path.Combine(folder.Path, "handbook"));

        await AssertUploadedAsync(page, collection);
    }

    [Fact]
    public async Task More_files_than_a_page_takes_are_refused_and_the_page_goes_on()
    {
        var collection = app.NewCollection();
        await using var page = await app.OpenAsync($"/documents?collection={collection}");

        // The names of the first are more than a message to the server may hold. More files would keep the browser busy for
        // longer than the server waits for it, on a busy machine.
        foreach (var files in new[] { 4_000, 1001 })
        {
            // The notice of the choice before is gone with its page.
            await page.Page.ReloadAsync();
            var input = page.Page.Locator("input.chooser:not([disabled])");
            await Expect(input).ToHaveCountAsync(1);
            await input.EvaluateAsync(
                """
                (input, count) => {
                  const transfer = new DataTransfer();
                  for (let i = 0; i < count; i++) transfer.items.add(new File(["x"], `${"long name ".repeat(24)}${i}.txt`));
                  input.files = transfer.files;
                  input.dispatchEvent(new Event("change", { bubbles: true }));
                }
                """,
                files);
            await Expect(page.Page.Locator(".notice.critical")).ToContainTextAsync("at most 1000 files");
        }

        await page.UploadAsync("one.txt", "One file that is taken.");
        await Expect(page.Page.Locator(".notice.critical")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Failed_documents_are_tried_again_by_their_reason()
    {
        var (collection, client) = (app.NewCollection(), app.System.Client);
        foreach (var name in new[] { "one.pdf", "two.pdf" })
        {
            var id = await client.UploadAsync(name, [.. "%PDF-1.7\n"u8, .. System.Text.Encoding.ASCII.GetBytes(name)], ("collection", collection));
            Assert.Equal("failed", (await client.ProcessedAsync(id)).Status);
        }

        await using var page = await app.OpenAsync($"/documents?collection={collection}");
        await Expect(page.Page.Locator("select[name=Reason]")).ToHaveCountAsync(0);
        foreach (var reason in new[] { 0, 1 })
        {
            await app.GoAsync(page, $"/documents?collection={collection}&status=failed");
            Assert.Equal(2, await page.Page.Locator("select[name=Reason] option").CountAsync());
            await page.Page.SelectOptionAsync("select[name=Reason]", new SelectOptionValue { Index = reason });
            await page.AssertSoundAsync();
            await page.KeepPictureAsync("web-failed");
            await page.Page.ClickAsync("text=Try all of them again");

            await Expect(page.Page.Locator(".notice.good")).ToHaveTextAsync("2 documents are processed again.");
            foreach (var document in (await client.GetAsync($"/api/v1/documents?collection={collection}"))["items"]!.AsArray())
            {
                await client.ProcessedAsync(document!["id"]!.GetValue<Guid>());
            }
        }

        await app.GoAsync(page, "/operations");
        Assert.True(int.Parse(await page.Page.Locator(".queues dd").Nth(3).InnerTextAsync(), CultureInfo.InvariantCulture) >= 2);
        await app.GoAsync(page, $"/documents?collection={collection}&status=failed");
        await page.Page.ClickAsync("tbody th a >> nth=0");
        await page.Page.ClickAsync("text=Try again");
        await Expect(page.Page.Locator("main .badge.critical")).ToBeVisibleAsync(Patiently);

        var retries = (await client.GetAsync("/api/v1/operations/audit?limit=500"))["items"]!.AsArray()
            .Count(entry => $"{entry!["action"]}" == "document.retry" && $"{entry["collection"]}" == collection);
        Assert.Equal(5, retries);
    }

    /// <summary>A folder with two files to upload, and one that is hidden.</summary>
    private static TestDirectory HandbookFolder()
    {
        var folder = TestDirectory.Create("web-folder");
        foreach (var (path, text) in new[]
        {
            ("handbook/note.txt", "The handbook begins here."), ("handbook/it/backup/note.txt", "Backups are kept."),
            ("handbook/.hidden/note.txt", "Nothing for others."),
        })
        {
            var file = Path.Combine(folder.Path, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllText(file, text);
        }

        return folder;
    }

    private async Task AssertUploadedAsync(BrowserPage page, string collection)
    {
        await Expect(page.Page.Locator(".uploads .badge.good")).ToHaveCountAsync(2, new() { Timeout = Patience });
        Assert.Equal(
            ["handbook/it/backup/note.txt", "handbook/note.txt"], (await page.Page.Locator(".uploads li a").AllInnerTextsAsync()).Order());
        await Expect(page.Page.Locator("tbody .badge.good")).ToHaveCountAsync(2, new() { Timeout = Patience });
        var stored = (await app.System.Client.GetAsync($"/api/v1/documents?collection={collection}"))["items"]!.AsArray();
        Assert.All(stored, document => Assert.Equal("note.txt", $"{document!["name"]}"));
        Assert.Equal(
            ["handbook/it/backup/note.txt", "handbook/note.txt"], stored.Select(document => $"{document!["tags"]!["path"]}").Order());
        await page.AssertSoundAsync();
    }

    /// <summary>Drops a file or a folder of this machine, as a person drags it out of another program.</summary>
    private static async Task DropAsync(BrowserPage page, string selector, string path)
    {
        var box = (await page.Page.Locator(selector).BoundingBoxAsync())!;
        var browser = await page.Page.Context.NewCDPSessionAsync(page.Page);
        foreach (var type in new[] { "dragEnter", "dragOver", "drop" })
        {
            var data = new JsonObject { ["items"] = new JsonArray(), ["files"] = new JsonArray(path), ["dragOperationsMask"] = 1 };
            await browser.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = type,
                ["x"] = box.X + (box.Width / 2),
                ["y"] = box.Y + (box.Height / 2),
                ["data"] = JsonSerializer.SerializeToElement(data),
            });
        }
    }
}
