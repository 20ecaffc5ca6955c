using System.Text;
using RagAspire.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.EndToEnd;

/// <summary>
/// The whole way, through the real processes: a file goes in, a question is answered from it, with the place it says it.
/// </summary>
public sealed class UploadToAnswerTests(SharedSystem shared, Stores stores)
{
    [Theory]
    [InlineData("notes.txt", "The warranty of the pump lasts seven years.\n\nThe filter is changed monthly.")]
    [InlineData("notes.md", "# Pumps\n\n## Warranty\n\nThe warranty of the pump lasts seven years.\n\n## Filter\n\nIt is changed monthly.")]
    [InlineData("page.html", "<html><body><h1>Pumps</h1><p>The warranty of the pump lasts seven years.</p><script>var x = 1;</script></body></html>")]
    [InlineData("table.csv", "Device,Note\nPump,The warranty of the pump lasts seven years\nFilter,It is changed monthly\n")]
    [InlineData("data.json", """{"device": "pump", "text": "The warranty of the pump lasts seven years."}""")]
    [InlineData("mail.eml", "From: a@example.org\r\nTo: b@example.org\r\nSubject: Pump\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe warranty of the pump lasts seven years.\r\n")]
    [InlineData("page.xml", "<?xml version=\"1.0\"?><manual><pump>The warranty of the pump lasts seven years.</pump></manual>")]
    [InlineData("notes.rtf", @"{\rtf1\ansi The warranty of the pump lasts seven years.\par}")]
    public async Task A_text_file_answers_a_question(string name, string content)
    {
        var (client, collection) = ((await shared.SystemAsync(stores)).Client, shared.NewCollection());
        var document = await client.UploadAndWaitAsync(name, Encoding.UTF8.GetBytes(content), ("collection", collection));
        Assert.True(document["status"]!.GetValue<string>() == "ready", document.ToJsonString());
        await client.FindAsync("warranty", collection);

        var answer = await client.AskAsync("How long does the warranty of the pump last?", collection);

        Assert.Equal("extractive", answer["kind"]!.GetValue<string>());
        Assert.Contains("seven years", answer["answer"]!.GetValue<string>());
        var citation = answer["citations"]!.AsArray()[0]!;
        Assert.Equal(name, citation["documentName"]!.GetValue<string>());
        Assert.Contains("seven years", citation["quote"]!.GetValue<string>());
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/documents/handbook.pdf", "Which firm can grind the sapphire bearings?", "Kessler and Sons", 7)]
    [LargeRow("documents/pdf/COSTCO_2023Q3_EARNINGS.pdf", "What were net sales for the third quarter?", "52.60 billion", 1)]
    [LargeRow(
        "documents/pdf/MCDONALDS_8K_dated-2023-08-14.pdf", "What is the address of the principal executive offices of McDonald's?",
        "Chicago", 1)]
    public async Task A_real_file_answers_with_the_page_that_says_it(string file, string question, string expected, int page)
    {
        var (path, name) = (SharedData.Locate(file), Path.GetFileName(file));
        var (client, collection) = ((await shared.SystemAsync(stores)).Client, shared.NewCollection());
        await client.UploadAndWaitAsync(name, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken), ("collection", collection));
        await client.FindAsync(question, collection);

        var answer = await client.AskAsync(question, collection);

        Assert.Contains(expected, answer["answer"]!.GetValue<string>());
        Assert.Contains(answer["citations"]!.AsArray(), cited => cited!["page"]!.GetValue<int>() == page);
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/documents", .65)]
    [LargeRow("documents", .8)]
    public async Task Every_file_of_the_sample_folders_ends_ready_or_with_a_reason(string folder, double leastReady)
    {
        var root = SharedData.Locate(folder);
        var (client, collection) = ((await shared.SystemAsync(stores)).Client, shared.NewCollection());
        var ends = new List<(string Name, string Status, string? Error)>();
        var waiting = new List<(string Name, Guid Id)>();
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order())
        {
            var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            using var response = await client.PostFileAsync(Path.GetFileName(path), bytes, ("collection", collection));
            var json = await RagClient.JsonAsync(response);
            if (response.IsSuccessStatusCode)
            {
                waiting.Add((Path.GetFileName(path), json["id"]!.GetValue<Guid>()));
            }
            else
            {
                ends.Add((Path.GetFileName(path), $"{(int)response.StatusCode}", json["detail"]?.GetValue<string>()));
            }
        }

        foreach (var (name, id) in waiting)
        {
            var document = await client.ProcessedAsync(id, TimeSpan.FromMinutes(10));
            ends.Add((name, document["status"]!.GetValue<string>(), document["error"]?.GetValue<string>()));
            Assert.True(document["status"]!.GetValue<string>() != "ready" || document["chunkCount"]!.GetValue<int>() > 0, name);
        }

        Assert.All(ends, end => Assert.True(end.Status == "ready" || end.Error is { Length: > 10 }, end.ToString()));
        Assert.DoesNotContain(ends, end => end.Error?.Contains("not the document's", StringComparison.Ordinal) == true
            || end.Error is Reasons.Crashed or Reasons.TooSlow or Reasons.TooMuchMemory);
        Assert.InRange(ends.Count(end => end.Status == "ready"), (int)(ends.Count * leastReady), ends.Count);
    }
}
