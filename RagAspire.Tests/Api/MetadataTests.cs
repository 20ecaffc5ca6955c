using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>Metadata of documents, and filters over them, by every call that takes them.</summary>
public sealed class MetadataTests(SharedSystem shared, Stores stores)
{
    private const string Documents = "/api/v1/documents";
    private const string Newer = """{"field":"metadata.year","gte":2025}""";

    [Fact]
    public async Task A_filter_restricts_searches_answers_and_lists()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        var old = await UploadAsync(
            system.Client, collection, "old.txt", "The valve opens at 3 bar.", """{"year":2019,"author":["Ann","Bob"],"released":"2019-05-01"}""");
        var now = await UploadAsync(
            system.Client, collection, "new.md", "# Valve\n\nThe valve opens at 5 bar.", """{"year":2025,"author":"Ann","released":"2025-05-01"}""");
        var plain = await UploadAsync(system.Client, collection, "plain.txt", "The valve opens by hand.", null);
        await AllFoundAsync(system.Client, collection, 3);

        (string Filter, Guid[] Expected)[] cases =
        [
            (Newer, [now]),
            ("""{"field":"metadata.author","eq":"Bob"}""", [old]),
            ("""{"not":{"field":"metadata.author","exists":true}}""", [plain]),
            ("""{"field":"metadata.released","lt":"2025-01-01"}""", [old]),
            ("""{"field":"contentType","eq":"text/markdown"}""", [now]),
            ("""{"or":[{"field":"name","eq":"plain.txt"},{"and":[{"field":"size","gt":10},{"field":"metadata.year","in":[2019]}]}]}""", [old, plain]),
            ("""{"field":"createdAt","gte":"2020-01-01"}""", [old, now, plain]),
            ("""{"field":"createdAt","lt":"2020-01-01"}""", []),
        ];
        foreach (var (filter, expected) in cases)
        {
            var asked = JsonNode.Parse(filter);
            foreach (var mode in new[] { "text", "hybrid" })
            {
                var found = new SearchResponse(
                    await system.Client.PostAsync("/api/v1/search", new { query = "valve opens", collection, mode, filter = asked }));
                Assert.Equal(expected.Order(), found.Hits.Select(hit => hit.DocumentId).Order());
            }

            var address = $"query=valve+opens&collection={collection}&filter={Uri.EscapeDataString(filter)}";
            var got = new SearchResponse(await system.Client.GetAsync($"/api/v1/search?{address}"));
            Assert.Equal(expected.Order(), got.Hits.Select(hit => hit.DocumentId).Order());
            var listed = await system.Client.GetAsync($"{Documents}?collection={collection}&filter={Uri.EscapeDataString(filter)}");
            Assert.Equal(expected.Order(), listed["items"]!.AsArray().Select(document => document!["id"]!.GetValue<Guid>()).Order());
        }

        // One after the other, so that a cached answer of another filter would be seen.
        foreach (var (filter, expected) in new[] { (null, (string?)null), (Newer, "5 bar"), ($$"""{"not":{{Newer}}}""", "3 bar"), (Newer, "5 bar") })
        {
            var answer = await system.Client.PostAsync("/api/v1/answers", new
            {
                question = "At how many bar does the valve open?",
                collection,
                filter = filter is null ? null : JsonNode.Parse(filter),
            });
            Assert.Contains(expected ?? "bar", $"{answer["answer"]}");
        }

        var explained = await system.Client.PostAsync(
            "/api/v1/search", new { query = "valve", collection, filter = JsonNode.Parse(Newer), explain = true, expected = new[] { old } });
        Assert.Equal("Its document does not pass the filter.", $"{explained["explanation"]!["missing"]![0]!["reason"]}");
    }

    [Fact]
    public async Task Metadata_change_without_processing_and_stay_where_none_are_given()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        var bytes = "The boiler holds 300 litres."u8.ToArray();
        var id = await UploadAsync(system.Client, collection, "boiler.txt", Encoding.UTF8.GetString(bytes), """{"year":2019}""");
        await AllFoundAsync(system.Client, collection, 1, "boiler");
        Assert.Empty(await FilteredAsync());

        using var changed = await system.Client.PostFileAsync(
            "boiler.txt", bytes, ("collection", collection), ("metadata", """{"year":2026,"site":["A","B"]}"""));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var document = await RagClient.JsonAsync(changed);
        Assert.Equal(["metadata"], document["changed"]!.AsArray().Select(each => $"{each}"));
        Assert.Equal("""{"site":["A","B"],"year":2026}""", Ordered(document["metadata"]!));
        await Eventually.TrueAsync(
            async () => (await FilteredAsync()).SequenceEqual([id]), TimeSpan.FromSeconds(10), () => "not found", TestContext.Current.CancellationToken);

        using var kept = await system.Client.SendFileAsync(HttpMethod.Put, $"{Documents}/{id}", "boiler.txt", "It holds 400 litres."u8.ToArray());
        Assert.Equal("""{"site":["A","B"],"year":2026}""", Ordered((await RagClient.JsonAsync(kept))["metadata"]!));
        using var cleared = await system.Client.SendFileAsync(
            HttpMethod.Put, $"{Documents}/{id}", "boiler.txt", "It holds 400 litres."u8.ToArray(), ("metadata", "{}"));
        Assert.Equal("{}", Ordered((await RagClient.JsonAsync(cleared))["metadata"]!));
        await system.Client.ProcessedAsync(id);
        Assert.Empty(await FilteredAsync());

        async Task<IEnumerable<Guid>> FilteredAsync() => new SearchResponse(await system.Client.PostAsync(
            "/api/v1/search", new { query = "boiler litres", collection, filter = JsonNode.Parse(Newer) })).Hits.Select(hit => hit.DocumentId);
    }

    [Fact]
    public async Task Labels_are_changed_without_the_file()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        var id = await UploadAsync(system.Client, collection, "offer.eml", SampleMail.Offer, """{"year":2019}""");
        await AllFoundAsync(system.Client, collection, 1, "offer attached");
        var path = $"{Documents}/{id}";

        var document = await ChangeAsync(new { name = "a/b/letter.eml", metadata = new { year = 2026 } });
        Assert.Equal(("letter.eml", "ready", 1), ($"{document["name"]}", $"{document["status"]}", document["version"]!.GetValue<int>()));
        Assert.Equal(["name", "metadata"], document["changed"]!.AsArray().Select(each => $"{each}"));
        var again = await ChangeAsync(new { name = "letter.eml" });
        Assert.Empty(again["changed"]!.AsArray());

        // The attachment follows, and searches do at once: PostgreSQL has the last word.
        var filter = Uri.EscapeDataString(Newer);
        var newer = (await system.Client.GetAsync($"{Documents}?collection={collection}&filter={filter}"))["items"]!.AsArray();
        Assert.Equal(["letter.eml", "price.txt"], newer.Select(each => $"{each!["name"]}").Order(StringComparer.Ordinal));
        var older = new SearchResponse(await system.Client.PostAsync(
            "/api/v1/search", new { query = "offer", collection, filter = JsonNode.Parse($$"""{"not":{{Newer}}}""") }));
        Assert.Empty(older.Hits);
        var tagged = await ChangeAsync(new { tags = new { team = "blue" }, metadata = new { } });
        Assert.Equal(["tags", "metadata"], tagged["changed"]!.AsArray().Select(each => $"{each}"));
        Assert.Equal("""{"team":"blue"}""", tagged["tags"]!.ToJsonString());

        var child = newer.Single(each => $"{each!["name"]}" == "price.txt")!["id"];
        foreach (var (address, body, status) in new (string, object, HttpStatusCode)[]
        {
            ($"{Documents}/{child}", new { name = "x" }, HttpStatusCode.Conflict),
            ($"{Documents}/{Guid.NewGuid()}", new { name = "x" }, HttpStatusCode.NotFound),
            (path, new { }, HttpStatusCode.BadRequest),
            (path, new { name = "" }, HttpStatusCode.BadRequest),
            (path, new { status = "ready" }, HttpStatusCode.BadRequest),
            (path, new { tags = new Dictionary<string, string> { [""] = "x" } }, HttpStatusCode.BadRequest),
            (path, new { tags = new Dictionary<string, string> { ["a=b"] = "x" } }, HttpStatusCode.BadRequest),
            (path, new { metadata = new { a = new[] { new { b = 1 } } } }, HttpStatusCode.BadRequest),
        })
        {
            using var refused = await system.Client.TrySendAsync(HttpMethod.Patch, address, body);
            Assert.Equal(status, refused.StatusCode);
        }

        async Task<JsonNode> ChangeAsync(object body) => (await system.Client.SendAsync(HttpMethod.Patch, path, body))!;
    }

    [Fact]
    public async Task What_a_page_says_of_itself_is_metadata_unless_the_upload_says_otherwise()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        var id = await UploadAsync(
            system.Client, collection, "pump.md", "---\nyear: 2019\ntags: [oil, air]\n---\nThe pump.", """{"year":2026,"site":"A"}""");
        Assert.Equal(("""{"site":"A","tags":["oil","air"],"year":2026}""", """{"tags":["oil","air"],"year":2019}"""), await ReadAsync());
        var filter = Uri.EscapeDataString("""{"field":"metadata.tags","eq":"air"}""");
        var found = (await system.Client.GetAsync($"{Documents}?collection={collection}&filter={filter}"))["items"]!.AsArray();
        Assert.Equal(id, Assert.Single(found)!["id"]!.GetValue<Guid>());

        // Other labels leave it what the page says, and the same ones are no change.
        var changed = await system.Client.SendAsync(HttpMethod.Patch, $"{Documents}/{id}", new { metadata = new { site = "B" } });
        Assert.Equal("""{"site":"B","tags":["oil","air"],"year":2019}""", Ordered(changed!["metadata"]!));
        var same = await system.Client.SendAsync(HttpMethod.Patch, $"{Documents}/{id}", new { metadata = new { site = "B" } });
        Assert.Empty(same!["changed"]!.AsArray());

        // The next version says something else of itself, and what the page before has said is gone.
        using var replaced = await system.Client.SendFileAsync(
            HttpMethod.Put, $"{Documents}/{id}", "pump.md", "---\nyear: 2027\n---\nThe other pump."u8.ToArray());
        await system.Client.ProcessedAsync(id);
        Assert.Equal(("""{"site":"B","year":2027}""", """{"year":2027}"""), await ReadAsync());

        async Task<(string Metadata, string Properties)> ReadAsync()
        {
            var document = await system.Client.ProcessedAsync(id);
            return (Ordered(document["metadata"]!), Ordered(document["properties"]!));
        }
    }

    [Fact]
    public async Task Files_of_a_batch_and_files_inside_a_file_have_its_metadata()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        using var form = new MultipartFormDataContent
        {
            { new StringContent(collection), "collection" },
            { new StringContent("""{"year":2026}"""), "metadata" },
            { new ByteArrayContent("One thing."u8.ToArray()), "file", "one.txt" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(SampleMail.Offer)), "file", "mail.eml" },
        };
        using var response = await system.Client.Http.PostAsync($"{Documents}/batch", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);

        var filter = Uri.EscapeDataString(Newer);
        await Eventually.TrueAsync(
            async () => (await system.Client.GetAsync($"{Documents}?collection={collection}&status=ready&filter={filter}"))["items"]!.AsArray()
                .Select(document => $"{document!["name"]}").Order(StringComparer.Ordinal).SequenceEqual(["mail.eml", "one.txt", "price.txt"]),
            TimeSpan.FromSeconds(30), () => "not all", TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("metadata", "[1]", "must be a JSON object")]
    [InlineData("metadata", """{"a":{"b":1}}""", "'a' must be a string")]
    [InlineData("metadata", """{"a":"\ud800"}""", "'a' must be a string")]
    public async Task Broken_metadata_are_refused(string field, string value, string reason)
    {
        var system = await shared.SystemAsync(stores);
        using var response = await system.Client.PostFileAsync("a.txt", "A."u8.ToArray(), (field, value));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, $"{(await RagClient.JsonAsync(response))["detail"]}");
    }

    [Theory]
    [InlineData("""{"field":"metadata.a"}""")]
    [InlineData("""{"field":"metadata.a","eq":"\ud800"}""")]
    [InlineData("""{"field":"metadata.a","eq":"\u0000"}""")]
    [InlineData("""{"field":"a\u0000","eq":1}""")]
    [InlineData("""{"field":"metadata.a","in":[null]}""")]
    [InlineData("""{"and":[null]}""")]
    [InlineData("""{"field":"metadata.a","eq":1,"like":2}""")]
    [InlineData("[]")]
    [InlineData("5")]
    public async Task A_broken_filter_is_refused_by_every_call(string filter)
    {
        var system = await shared.SystemAsync(stores);
        var asked = $$"""{"query":"a","question":"a","filter":{{filter}}}""";
        foreach (var (path, body) in new[] { ("search", asked.Replace("\"question\":\"a\",", "")), ("answers", asked.Replace("\"query\":\"a\",", "")) })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var posted = await system.Client.Http.PostAsync($"/api/v1/{path}", content, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, posted.StatusCode);
        }

        foreach (var path in new[] { "search?query=a&", "documents?" })
        {
            using var got = await system.Client.TrySendAsync(HttpMethod.Get, $"/api/v1/{path}filter={Uri.EscapeDataString(filter)}");
            Assert.Equal(HttpStatusCode.BadRequest, got.StatusCode);
            Assert.NotNull((await RagClient.JsonAsync(got))["detail"]);
        }
    }

    private static string Ordered(JsonNode metadata) => new JsonObject(metadata.AsObject()
        .OrderBy(member => member.Key, StringComparer.Ordinal)
        .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))).ToJsonString();

    private static Task AllFoundAsync(RagClient client, string collection, int count, string query = "valve opens") => Eventually.TrueAsync(
        async () => (await client.SearchAsync(query, collection)).Hits.Count == count,
        TimeSpan.FromSeconds(10), () => $"There are not {count} hits.", TestContext.Current.CancellationToken);

    private static async Task<Guid> UploadAsync(RagClient client, string collection, string name, string text, string? metadata)
    {
        (string, string)[] fields = [("collection", collection), .. metadata is null ? Array.Empty<(string, string)>() : [("metadata", metadata)]];
        return (await client.UploadAndWaitAsync(name, Encoding.UTF8.GetBytes(text), fields)).Id;
    }
}
