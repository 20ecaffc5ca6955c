using System.Net;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

public sealed class DocumentsApiTests(SharedSystem shared, Stores stores)
{
    private static readonly byte[] Fox = Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog.");

    [Fact]
    public async Task An_upload_is_accepted_processed_and_found()
    {
        var (client, collection) = await BeginAsync();
        using var response = await client.PostFileAsync("fox.txt", Fox, ("collection", collection), ("tags", "animal=fox"));
        var accepted = new DocumentResponse(await RagClient.JsonAsync(response));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/api/v1/documents/{accepted.Id}", response.Headers.Location!.ToString());
        Assert.Equal("fox", accepted["tags"]!["animal"]!.GetValue<string>());
        var ready = await client.ProcessedAsync(accepted.Id);
        Assert.Equal(("ready", 100), (ready.Status, ready.Progress));
        var hit = Assert.Single(await client.FindAsync("lazy foxes", collection));
        Assert.Equal((accepted.Id, "fox.txt"), (hit.DocumentId, hit.DocumentName));
    }

    [Fact]
    public async Task The_same_bytes_are_one_document_in_a_collection_and_two_in_two()
    {
        var (client, collection) = await BeginAsync();
        var first = await client.UploadAsync("fox.txt", Fox, ("collection", collection));
        using var again = await client.PostFileAsync("other-name.txt", Fox, ("collection", collection));
        var elsewhere = await client.UploadAsync("fox.txt", Fox, ("collection", shared.NewCollection()));

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(first, new DocumentResponse(await RagClient.JsonAsync(again)).Id);
        Assert.NotEqual(first, elsewhere);
    }

    [Fact]
    public async Task The_same_bytes_with_another_name_or_other_tags_update_these()
    {
        var (client, collection) = await BeginAsync();
        var id = (await client.UploadAndWaitAsync("fox.txt", Fox, ("collection", collection), ("tags", "lang=de"))).Id;
        Assert.Equal("fox.txt", Assert.Single(await client.FindAsync("fox", collection)).DocumentName);

        using var renamed = await client.PostFileAsync("fuchs.txt", Fox, ("collection", collection));
        using var tagged = await client.SendFileAsync(
            HttpMethod.Put, $"/api/v1/documents/{id}", "fuchs.txt", Fox, ("tags", "lang=en"));
        using var same = await client.PostFileAsync("fuchs.txt", Fox, ("collection", collection));

        Assert.All([renamed, tagged, same], response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(
            ["""["name"]""", """["tags"]""", "[]"],
            await Task.WhenAll(new[] { renamed, tagged, same }.Select(
                async response => (await RagClient.JsonAsync(response))["changed"]!.ToJsonString())));
        var document = await client.DocumentAsync(id);
        Assert.Equal(("fuchs.txt", 1, "ready"), (document.Name, document.Version, document.Status));
        var hits = (await client.SearchAsync("fox", collection, tags: new { lang = "en" })).Hits;
        Assert.Equal("fuchs.txt", Assert.Single(hits).DocumentName);
        Assert.Empty((await client.SearchAsync("fox", collection, tags: new { lang = "de" })).Hits);
    }

    [Fact]
    public async Task A_new_version_replaces_the_old_one_in_search()
    {
        var (client, collection) = await BeginAsync();
        var id = await client.UploadAsync("animals.txt", Fox, ("collection", collection));
        await client.ProcessedAsync(id);
        await client.FindAsync("fox", collection);

        using var replaced = await client.SendFileAsync(
            HttpMethod.Put, $"/api/v1/documents/{id}", "animals.txt", Encoding.UTF8.GetBytes("Badgers dig setts."));
        Assert.Equal(HttpStatusCode.Accepted, replaced.StatusCode);
        var document = await client.ProcessedAsync(id);

        Assert.Equal((2, 2), (document.Version, document.ReadyVersion));
        Assert.Single(await client.FindAsync("badgers", collection));
        Assert.Empty((await client.SearchAsync("fox", collection)).Hits);
    }

    [Fact]
    public async Task A_deleted_document_is_gone_from_everywhere_at_once()
    {
        var (client, collection) = await BeginAsync();
        var id = await client.UploadAsync("fox.txt", Fox, ("collection", collection));
        await client.ProcessedAsync(id);
        await client.FindAsync("fox", collection);
        Assert.Equal("extractive", (await client.AskAsync("What does the fox jump over?", collection)).Kind);

        using var deleted = await client.Http.DeleteAsync($"/api/v1/documents/{id}", TestContext.Current.CancellationToken);
        using var gone = await client.Http.GetAsync($"/api/v1/documents/{id}", TestContext.Current.CancellationToken);

        var told = await RagClient.JsonAsync(deleted);
        Assert.Equal((HttpStatusCode.OK, 1, 0), (deleted.StatusCode, told["chunks"]!.GetValue<int>(), told["vectors"]!.GetValue<int>()));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Empty((await client.SearchAsync("fox", collection)).Hits);
        Assert.Equal("none", (await client.AskAsync("What does the fox jump over?", collection)).Kind);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gaps_or_repeats()
    {
        var (client, collection) = await BeginAsync();
        var uploaded = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            uploaded.Add(await client.UploadAsync($"{i}.txt", Encoding.UTF8.GetBytes($"Document number {i}."), ("collection", collection)));
        }

        var listed = new List<Guid>();
        string? after = null;
        do
        {
            var page = await client.GetAsync($"/api/v1/documents?collection={collection}&limit=2&after={after}");
            listed.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>()));
            after = page["next"]?.GetValue<string>();
        }
        while (after is not null);

        Assert.Equal(uploaded, listed);
    }

    [Fact]
    public async Task A_list_can_be_narrowed_by_text_and_status()
    {
        var (client, collection) = await BeginAsync();
        await client.UploadAndWaitAsync("fox.txt", Fox, ("collection", collection));
        await client.UploadAndWaitAsync("badger.txt", Encoding.UTF8.GetBytes("Badgers dig setts."), ("collection", collection));

        var badgers = await client.GetAsync($"/api/v1/documents?collection={collection}&q=badger&status=ready");
        var failed = await client.GetAsync($"/api/v1/documents?collection={collection}&status=failed");

        Assert.Equal("badger.txt", Assert.Single(badgers["items"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.Empty(failed["items"]!.AsArray());
    }

    [Fact]
    public async Task The_content_comes_back_byte_for_byte()
    {
        var (client, collection) = await BeginAsync();
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 200_000).Select(i => $"Line {i} of a longer text.")));
        var id = await client.UploadAsync("long.txt", bytes, ("collection", collection));

        var back = await client.Http.GetByteArrayAsync($"/api/v1/documents/{id}/content", TestContext.Current.CancellationToken);

        Assert.Equal(bytes, back);
    }

    [Fact]
    public async Task Progress_is_told_as_it_happens_and_ends_with_the_outcome()
    {
        var (client, collection) = await BeginAsync();
        var id = await client.UploadAsync("fox.txt", Fox, ("collection", collection));

        using var response = await client.Http.GetAsync(
            $"/api/v1/documents/{id}/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var events = EventResponse.Parse(text);
        Assert.All(events, item => Assert.Equal("progress", item.Name));
        var last = new DocumentResponse(events[^1].Data);
        Assert.Equal(("ready", 100), (last.Status, last.Progress));
    }

    [Fact]
    public async Task Only_a_failed_document_can_be_tried_again()
    {
        var (client, collection) = await BeginAsync();
        var id = await client.UploadAsync("fox.txt", Fox, ("collection", collection));
        await client.ProcessedAsync(id);

        using var response = await client.Http.PostAsync($"/api/v1/documents/{id}/retry", null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    private async Task<(RagClient Client, string Collection)> BeginAsync() =>
        ((await shared.SystemAsync(stores)).Client, shared.NewCollection());
}
