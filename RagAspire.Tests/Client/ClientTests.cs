using System.IO.Compression;
using System.Net;
using System.Text;
using RagAspire.Client;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Client;

/// <summary>The typed client against the real API.</summary>
public sealed class ClientTests(SharedSystem shared, Stores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_sent_followed_read_asked_about_and_deleted()
    {
        using var http = await HttpAsync();
        var client = new RagApiClient(http, RagSystem.Key);
        var collection = shared.NewCollection();
        var sent = new List<long>();
        var bytes = "Wombats dig at night. Their burrows are thirty metres long."u8.ToArray();

        var document = await client.Documents.UploadAsync(
            new FileUpload("wömbats.txt", new MemoryStream(bytes), bytes.Length) { Collection = collection, Sent = new Note(sent) }, Cancelled);
        var steps = await client.Documents.EventsAsync(document.Id, Cancelled).ToListAsync(Cancelled);

        Assert.Equal(("wömbats.txt", collection, bytes.Length), (document.Name, document.Collection, sent[^1]));
        Assert.Equal(DocumentStatus.Ready, steps[^1].Status);
        var listed = await client.Documents.ListAsync(new DocumentListRequest(collection), Cancelled);
        Assert.Equal(document.Id, Assert.Single(listed.Items).Id);
        var window = await client.Documents.TextAsync(document.Id, 8, 3, Cancelled);
        Assert.Equal(new TextWindow("dig", 8, HasMore: true), window);
        Assert.Equal(
            new TextWindow("", bytes.Length, HasMore: false), await client.Documents.TextAsync(document.Id, 9000, 5, Cancelled));

        SearchResult? found = null;
        await Eventually.TrueAsync(
            async () => (found = await client.SearchAsync(new SearchRequest("burrows", collection, Explain: true), Cancelled)).Hits.Count > 0,
            TimeSpan.FromSeconds(20), () => "The document is not found.", Cancelled);
        Assert.NotEmpty(found!.Explanation!.Terms);
        var answer = await client.AnswerAsync(new AnswerRequest("How long are the burrows of wombats?", collection), Cancelled);
        Assert.Equal(AnswerKind.Extractive, answer.Kind);
        var citation = answer.Citations[0];
        var cited = await client.Documents.TextAsync(
            document.Id, citation.Start!.Value, citation.End!.Value - citation.Start.Value, Cancelled);
        Assert.Equal(citation.Quote, cited.Text);
        await client.RateAsync(new FeedbackRequest(Relevant: true, AnswerId: answer.AnswerId), Cancelled);

        Assert.Equal(collection, (await client.Documents.DeleteAsync(document.Id, Cancelled)).Collection);
        var gone = await Assert.ThrowsAsync<RagApiException>(() => client.Documents.GetAsync(document.Id, Cancelled));
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
        Assert.NotNull(gone.TraceId);
    }

    [Fact]
    public async Task An_archive_is_taken_in_measured_and_carried_into_another_collection()
    {
        using var http = await HttpAsync();
        var client = new RagApiClient(http, RagSystem.Key);
        var (from, to) = (shared.NewCollection(), shared.NewCollection());
        using var archive = Zip("lynx.txt", "The lynx has tufts of hair upon its ears.");

        var receipt = await client.Documents.UploadBatchAsync(from, archive, Cancelled);
        Assert.Equal(("lynx.txt", "accepted"), (receipt.Files[0].Name, receipt.Files[0].Outcome));
        await client.Documents.EventsAsync(receipt.Files[0].DocumentId!.Value, Cancelled).LastAsync(Cancelled);
        Assert.Equal(1, (await client.Documents.BatchAsync(receipt.Id, Cancelled)).Statuses["ready"]);
        var bytes = "The lynx is a cat."u8.ToArray();
        var named = await client.Documents.PutAsync(
            "cats/1", new FileUpload("cat.txt", new MemoryStream(bytes), bytes.Length) { Collection = from }, Cancelled);
        await client.Documents.EventsAsync(named.Id, Cancelled).LastAsync(Cancelled);

        await client.Quality.PutAsync(
            from, new GoldenSetRequest([new("What has the lynx upon its ears?", [new(DocumentName: "lynx.txt")])]), Cancelled);
        var sets = (await client.Quality.SetsAsync(Cancelled)).Items;
        Assert.Equal(1, Assert.Single(sets, set => set.Collection == from).Questions);
        Assert.Equal("lynx.txt", (await client.Quality.SetAsync(from, Cancelled)).Questions[0].Expected[0].DocumentName);
        var evaluation = await client.Quality.EvaluateAsync(from, Cancelled);
        Assert.Equal(evaluation.Id, (await client.Quality.EvaluationsAsync(from, null, 5, Cancelled)).Items[0].Id);
        await client.Quality.DeleteAsync(from, Cancelled);

        using var export = new MemoryStream();
        await client.ExportAsync(from, export, Cancelled);
        export.Position = 0;
        var report = await client.ImportAsync(to, export, Cancelled);
        Assert.Equal((2, 2), (report.Documents, report.Imported));
        Assert.Equal(2, (await client.Documents.ListAsync(new DocumentListRequest(to), Cancelled)).Items.Count);
    }

    [Fact]
    public async Task A_refusal_says_why()
    {
        using var http = await HttpAsync();
        var client = new RagApiClient(http, RagSystem.Key);

        var invalid = await Assert.ThrowsAsync<RagApiException>(() => client.SearchAsync(new SearchRequest("x", Limit: 5000), Cancelled));
        Assert.Equal(HttpStatusCode.BadRequest, invalid.Status);
        Assert.Contains("between 1 and 100", invalid.Detail);
        var stream = await Assert.ThrowsAsync<RagApiException>(() => client.AnswerAsync(new AnswerRequest("", "x"), Cancelled));
        Assert.Equal(HttpStatusCode.BadRequest, stream.Status);

        using var other = await HttpAsync();
        var stranger = await Assert.ThrowsAsync<RagApiException>(() => new RagApiClient(other, "rag_no_key").KeyAsync(Cancelled));
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.Status);
    }

    [Fact]
    public async Task An_API_that_is_away_is_an_answer_of_its_own()
    {
        using var http = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:1") };

        var away = await Assert.ThrowsAsync<RagApiException>(() => new RagApiClient(http, "key").KeyAsync(Cancelled));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.Status);
    }

    private static MemoryStream Zip(string name, string text)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = zip.CreateEntry(name).Open())
        {
            entry.Write(Encoding.UTF8.GetBytes(text));
        }

        bytes.Position = 0;
        return bytes;
    }

    private async Task<HttpClient> HttpAsync() => new() { BaseAddress = (await shared.SystemAsync(stores)).Api.Address };

    private sealed class Note(List<long> sent) : IProgress<long>
    {
        public void Report(long value) => sent.Add(value);
    }
}
