using System.Net;
using System.Text.Json.Nodes;
using RagAspire.Tests.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>What the system reads of a document can be seen, and answers point into it.</summary>
public sealed class DocumentTextApiTests(SharedSystem shared, Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_could_not_be_read_of_a_ready_document_is_said()
    {
        var (client, collection) = await BeginAsync();
        var pdf = DrawnPdf.Of([new(60, 780, "The harbour has nine cranes.")], [], [], [new(60, 780, "The quay is long.")]);
        var document = await client.UploadAndWaitAsync("harbour.pdf", pdf, ("collection", collection));

        using var events = await client.Http.GetAsync($"/api/v1/documents/{document.Id}/events", Token);
        var last = EventResponse.Parse(await events.Content.ReadAsStringAsync(Token))[^1].Data;
        var listed = (await client.GetAsync($"/api/v1/documents?collection={collection}"))["items"]![0]!;

        Assert.All([document.Json, last, listed], told =>
        {
            Assert.Equal("""[{"code":"pages-without-text","where":"2-3","count":2}]""", told["warnings"]!.ToJsonString());
            Assert.Equal("""{"unit":"page","read":2,"all":4}""", told["coverage"]!.ToJsonString());
        });
    }

    [Fact]
    public async Task The_chunks_of_a_document_are_listed_page_by_page_and_are_parts_of_its_text()
    {
        var (client, collection) = await BeginAsync();
        var rows = string.Join('\n', Enumerable.Range(1, 400).Select(n => $"| Part {n} | {n * 3} | Rack {n % 7} |"));
        var prose = string.Join(' ', Enumerable.Range(1, 120).Select(n => $"Sentence {n} of the stores is told here."));
        var markdown = $"# Stores\n\n{prose}\n\n## Parts\n\n| Name | Count | Place |\n|---|---|---|\n{rows}\n\n### Empty\n\n## End\n\nThe “last” word.\n";
        var document = await client.UploadAndWaitAsync("stores.md", System.Text.Encoding.UTF8.GetBytes(markdown), ("collection", collection));

        var text = await client.Http.GetStringAsync($"/api/v1/documents/{document.Id}/text", Token);
        var chunks = new List<JsonNode>();
        for (string? after = ""; after is not null;)
        {
            var page = await client.GetAsync($"/api/v1/documents/{document.Id}/chunks?limit=3&after={after}");
            chunks.AddRange(page["items"]!.AsArray().Select(chunk => chunk!));
            after = page["next"]?.GetValue<string>();
        }

        Assert.Equal(document["chunkCount"]!.GetValue<int>(), chunks.Count);
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(chunk => chunk["ordinal"]!.GetValue<int>()));
        Assert.All(chunks, chunk =>
        {
            var place = chunk["place"]!;
            var range = text[place["start"]!.GetValue<int>()..place["end"]!.GetValue<int>()];
            Assert.Equal(chunk["text"]!.GetValue<string>()[place["headerLength"]!.GetValue<int>()..], range);
            Assert.InRange(chunk["tokens"]!.GetValue<int>(), 1, 512);
        });
        Assert.Contains(chunks, chunk => chunk["place"]!["headerLength"]!.GetValue<int>() > 0);
        Assert.Contains(chunks, chunk => chunk["section"]!.GetValue<string>() == "Stores > Parts");
        Assert.StartsWith("Stores\n\nSentence 1 of the stores is told here. Sentence 2", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Split("Name | Count | Place").Length - 1);
        Assert.All(Enumerable.Range(1, 400), n => Assert.Equal(1, text.Split($"Part {n} | ").Length - 1));
        Assert.EndsWith("Empty\n\nEnd\n\nThe “last” word.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_sentence_of_an_answer_is_cited_with_its_page_and_its_place_in_the_text()
    {
        var (client, collection) = await BeginAsync();
        var pdf = DrawnPdf.Of(
            [new(60, 780, "The crane operator of the harbour is Ms Halloran.")], [new(60, 780, "The dock master of the harbour is Mr Quist.")]);
        var document = await client.UploadAndWaitAsync("harbour.pdf", pdf, ("collection", collection));
        await client.FindAsync("harbour", collection);
        var text = await client.Http.GetStringAsync($"/api/v1/documents/{document.Id}/text", Token);

        var answer = await client.AskAsync("Who is the dock master and who is the crane operator of the harbour?", collection);

        Assert.Equal([1, 2], answer.Citations.Select(citation => citation["page"]!.GetValue<int>()).Order());
        Assert.All(answer.Citations, citation =>
        {
            var range = text[citation["start"]!.GetValue<int>()..citation["end"]!.GetValue<int>()];
            Assert.Equal(citation.Quote, range);
            Assert.Equal(range.Contains("Quist", StringComparison.Ordinal) ? 2 : 1, citation["page"]!.GetValue<int>());
        });
    }

    [Fact]
    public async Task A_document_without_text_says_so()
    {
        var (client, collection) = await BeginAsync();
        var failed = await client.UploadAndWaitAsync("empty.html", "<html><body></body></html>"u8.ToArray(), ("collection", collection));

        using var missing = await client.Http.GetAsync($"/api/v1/documents/{failed.Id}/text", Token);
        Assert.Equal(("failed", HttpStatusCode.Conflict), (failed.Status, missing.StatusCode));
        Assert.Empty((await client.GetAsync($"/api/v1/documents/{failed.Id}/chunks"))["items"]!.AsArray());
    }

    private async Task<(RagClient Client, string Collection)> BeginAsync() =>
        ((await shared.SystemAsync(stores)).Client, shared.NewCollection());
}
