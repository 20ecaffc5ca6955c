using System.Net;
using System.Net.Http.Headers;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary><c>/search</c> from outside: tags, modes, limits, the cache and revalidation.</summary>
public sealed class SearchApiTests(SharedSystem shared, Stores stores)
{
    private const string Path = "/api/v1/search";

    [Fact]
    public async Task Only_documents_with_all_asked_tags_are_found()
    {
        var (client, collection) = await BeginAsync();
        await UploadAsync(client, collection, "english-2023.txt", "Foxes in the year before.", "lang=en", "year=2023");
        await UploadAsync(client, collection, "english-2024.txt", "Foxes in this year.", "lang=en", "year=2024");
        await UploadAsync(client, collection, "german-2024.txt", "Foxes in another language.", "lang=de", "year=2024");
        await FoundAsync(client, collection, 3);

        Assert.Equal(["english-2023.txt", "english-2024.txt"], await NamesAsync(client, collection, new { lang = "en" }));
        Assert.Equal(["english-2024.txt"], await NamesAsync(client, collection, new { year = "2024", lang = "en" }));
        Assert.Empty(await NamesAsync(client, collection, new { lang = "en", year = "2024", size = "large" }));
        Assert.Empty(await NamesAsync(client, collection, new { lang = "EN" }));
    }

    [Fact]
    public async Task Tags_in_another_order_are_the_same_search_and_other_values_another_one()
    {
        var (client, collection) = await BeginAsync();
        await UploadAsync(client, collection, "fox.txt", "Foxes jump.", "lang=en", "year=2024");
        await FoundAsync(client, collection, 1);
        await CachedAsync(client, collection, new { lang = "en", year = "2024" });

        var reordered = await client.SearchAsync("foxes", collection, tags: new { year = "2024", lang = "en" });
        var other = await client.SearchAsync("foxes", collection, tags: new { lang = "en", year = "2023" });

        Assert.True(reordered.Cached);
        Assert.Single(reordered.Hits);
        Assert.False(other.Cached);
        Assert.Empty(other.Hits);
    }

    [Theory]
    [InlineData("hybrid")]
    [InlineData("text")]
    [InlineData("vector")]
    public async Task Without_an_embedding_model_every_mode_is_answered_by_text(string mode)
    {
        var (client, collection) = await BeginAsync();
        await UploadAsync(client, collection, "fox.txt", "Foxes jump.");
        await FoundAsync(client, collection, 1);

        var result = await client.SearchAsync("foxes", collection, mode: mode);

        Assert.Equal("text", result.Mode);
        Assert.Equal(mode == "text", result.Degraded is null);
        Assert.Single(result.Hits);
    }

    [Fact]
    public async Task A_limit_is_the_most_hits_and_lies_between_1_and_100()
    {
        var (client, collection) = await BeginAsync();
        foreach (var i in Enumerable.Range(0, 3))
        {
            await UploadAsync(client, collection, $"{i}.txt", $"Fox number {i}.");
        }

        await FoundAsync(client, collection, 3);

        Assert.Single((await client.SearchAsync("foxes", collection, limit: 1)).Hits);
        Assert.Equal(3, (await client.SearchAsync("foxes", collection, limit: 100)).Hits.Count);
        foreach (var limit in new[] { 0, 101, -1 })
        {
            using var refused = await client.TrySendAsync(HttpMethod.Post, Path, new { query = "foxes", collection, limit });
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_repeated_search_comes_from_the_cache_with_an_id_of_its_own_until_a_document_changes()
    {
        var (client, collection) = await BeginAsync();
        await UploadAsync(client, collection, "one.txt", "Foxes jump.");
        await FoundAsync(client, collection, 1);

        var first = await client.SearchAsync("foxes", collection);
        var cached = await CachedAsync(client, collection);
        Assert.NotEqual(first.SearchId, cached.SearchId);
        Assert.Equal(first.Json.AsObject().Select(member => member.Key), cached.Json.AsObject().Select(member => member.Key));
        foreach (var name in new[] { "hits", "mode", "degraded", "explanation" })
        {
            Assert.Equal($"{first[name]}", $"{cached[name]}");
        }

        await UploadAsync(client, collection, "two.txt", "Foxes dig.");
        await FoundAsync(client, collection, 2);
    }

    [Fact]
    public async Task A_kept_result_is_valid_until_a_document_of_its_collection_changes()
    {
        var (client, collection) = await BeginAsync();
        await UploadAsync(client, collection, "one.txt", "Foxes jump.", "lang=en");
        await FoundAsync(client, collection, 1);
        var address = $"{Path}?query=foxes&collection={collection}&mode=text&limit=5&tags=lang%3Den";

        using var first = await AskAsync(client, HttpMethod.Get, address);
        using var again = await AskAsync(client, HttpMethod.Get, address, first.Headers.ETag);
        using var head = await AskAsync(client, HttpMethod.Head, address);
        using var other = await AskAsync(client, HttpMethod.Get, $"{address}&tags=year%3D2024", first.Headers.ETag);

        Assert.Equal("one.txt", $"{(await RagClient.JsonAsync(first))["hits"]![0]!["documentName"]}");
        Assert.Equal("no-cache, private", $"{first.Headers.CacheControl}");
        Assert.Equal(["Authorization", "X-Api-Key"], first.Headers.Vary);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(first.Headers.ETag, head.Headers.ETag);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.NotEqual(first.Headers.ETag, other.Headers.ETag);

        await UploadAsync(client, collection, "two.txt", "Foxes dig.", "lang=en");
        await FoundAsync(client, collection, 2);
        using var changed = await AskAsync(client, HttpMethod.Get, address, first.Headers.ETag);
        Assert.Equal(2, (await RagClient.JsonAsync(changed))["hits"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("query=")]
    [InlineData("limit=5")]
    [InlineData("query=a&limit=0")]
    [InlineData("query=a&mode=sideways")]
    [InlineData("query=a&tags=none")]
    [InlineData("query=a&collection=..")]
    public async Task An_address_of_a_search_that_makes_no_sense_is_refused(string query)
    {
        var (client, _) = await BeginAsync();

        using var refused = await AskAsync(client, HttpMethod.Get, $"{Path}?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Null(refused.Headers.ETag);
    }

    private static async Task<HttpResponseMessage> AskAsync(
        RagClient client, HttpMethod method, string address, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(method, address);
        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        return await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<(RagClient Client, string Collection)> BeginAsync() =>
        ((await shared.SystemAsync(stores)).Client, shared.NewCollection());

    private static async Task UploadAsync(RagClient client, string collection, string name, string text, params string[] tags) =>
        await client.UploadAndWaitAsync(
            name, Encoding.UTF8.GetBytes(text), [("collection", collection), .. tags.Select(tag => ("tags", tag))]);

    private static async Task FoundAsync(RagClient client, string collection, int count) => await Eventually.TrueAsync(
        async () => (await client.SearchAsync("foxes", collection)).Hits.Count == count,
        TimeSpan.FromSeconds(10),
        () => $"Not {count} documents are found.",
        TestContext.Current.CancellationToken);

    private static async Task<IReadOnlyList<string>> NamesAsync(RagClient client, string collection, object tags) =>
    [
        .. (await client.SearchAsync("foxes", collection, tags: tags)).Hits
            .Select(hit => hit.DocumentName).Order(StringComparer.Ordinal),
    ];

    private static async Task<SearchResponse> CachedAsync(RagClient client, string collection, object? tags = null)
    {
        SearchResponse result = null!;
        await Eventually.TrueAsync(
            async () => (result = await client.SearchAsync("foxes", collection, tags: tags)).Cached,
            TimeSpan.FromSeconds(10),
            () => $"Not cached: {result}",
            TestContext.Current.CancellationToken);
        return result;
    }
}
