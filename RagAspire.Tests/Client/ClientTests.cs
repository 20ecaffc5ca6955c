using System.Net;
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

    private async Task<HttpClient> HttpAsync() => new() { BaseAddress = (await shared.SystemAsync(stores)).Api.Address };

    private sealed class Note(List<long> sent) : IProgress<long>
    {
        public void Report(long value) => sent.Add(value);
    }
}
