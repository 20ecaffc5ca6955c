using System.Net;
using System.Net.Http.Headers;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>Requests that no honest client sends are refused with a reason.</summary>
public sealed class HostileRequestTests(SharedSystem shared, Stores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/v1/search", """{"query":"x"}""")]
    [InlineData("/api/v1/answers", """{"question":"x"}""")]
    [InlineData("/api/v1/feedback", "{}")]
    [InlineData("/api/v1/operations/api-keys", """{"name":"x","scopes":["read"]}""")]
    public async Task A_body_in_an_unknown_character_set_is_refused(string path, string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=klingon");
        await RefusedAsync(HttpStatusCode.UnsupportedMediaType, "character set", HttpMethod.Post, path, content);
    }

    [Theory]
    [InlineData("POST", "/api/v1/operations/api-keys", """{"name":"x","scopes":["read"],"collections":[null]}""")]
    [InlineData("POST", "/api/v1/operations/api-keys", """{"name":"x","scopes":[null]}""")]
    [InlineData("PUT", "/api/v1/operations/golden-sets/default", """{"questions":[null]}""")]
    [InlineData("PUT", "/api/v1/operations/golden-sets/default", """{"questions":[{"question":"x","expected":[null]}]}""")]
    [InlineData("POST", "/api/v1/operations/alerts", """{"version":"4","alerts":[null]}""")]
    [InlineData("POST", "/api/v1/search", """{"query":"x","tags":{"a":null}}""")]
    public async Task Null_in_a_list_or_object_is_refused(string method, string path, string body) => await RefusedAsync(
        HttpStatusCode.BadRequest, "JSON", new HttpMethod(method), path, new StringContent(body, Encoding.UTF8, "application/json"));

    [Theory]
    [InlineData("/api/v1/operations/backups?After=a%00b")]
    [InlineData("/api/v1/documents?q=a%00b")]
    [InlineData("/api/v1/operations/maintenance/runs?task=a%00b")]
    public async Task A_character_that_cannot_be_stored_is_refused(string path) =>
        await RefusedAsync(HttpStatusCode.BadRequest, "character", HttpMethod.Get, path, null);

    [Theory]
    [InlineData("/api/v1/search", """{"query":"a\u0000b"}""")]
    [InlineData("/api/v1/search", """{"query":"a\ud800b"}""")]
    [InlineData("/api/v1/search", """{"query":"a","tags":{"b\u0000":"c"}}""")]
    [InlineData("/api/v1/search", """{"query":"a","tags":{"b":"c\u0000"}}""")]
    [InlineData("/api/v1/answers", """{"question":"a\u0000b"}""")]
    [InlineData("/api/v1/operations/api-keys", """{"name":"a\u0000b","scopes":["read"]}""")]
    public async Task Nor_is_it_taken_in_a_body(string path, string body) => await RefusedAsync(
        HttpStatusCode.BadRequest, body.Contains("\\u0000", StringComparison.Ordinal) ? "U+0000" : "JSON", HttpMethod.Post, path,
        new StringContent(body, Encoding.UTF8, "application/json"));

    [Fact]
    public async Task Nor_in_the_fields_of_a_form() => await RefusedAsync(
        HttpStatusCode.BadRequest, "U+0000", HttpMethod.Post, "/api/v1/documents",
        new MultipartFormDataContent { { new StringContent("k=\0x"), "tags" }, { new ByteArrayContent([65]), "file", "a.txt" } });

    [Theory]
    [InlineData("/api/v1/search", """{"query":"a","colection":"b"}""", "'colection'")]
    [InlineData("/api/v1/answers", """{"question":"a","lim'it":3}""", "'lim'it'")]
    [InlineData("/api/v1/feedback", """{"relevant":true,"searchid":"00000000-0000-0000-0000-000000000000","rating":1}""", "'rating'")]
    public async Task A_member_that_a_call_does_not_know_is_refused_and_named(string path, string body, string named) =>
        await RefusedAsync(
            HttpStatusCode.BadRequest, named, HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, "application/json"));

    [Fact]
    public async Task A_key_has_at_most_a_thousand_collections()
    {
        var names = string.Join(',', Enumerable.Range(0, 1001).Select(number => $"\"c{number}\""));
        await RefusedAsync(
            HttpStatusCode.BadRequest, "Collections", HttpMethod.Post, "/api/v1/operations/api-keys",
            new StringContent($$"""{"name":"x","scopes":["read"],"collections":[{{names}}]}""", Encoding.UTF8, "application/json"));
    }

    [Theory]
    [InlineData("/api/v1/documents?collection=default%0A")]
    [InlineData("/api/v1/operations/golden-sets/default%0A")]
    public async Task A_line_break_ends_no_name_of_a_collection(string path) =>
        await RefusedAsync(HttpStatusCode.BadRequest, "collection", HttpMethod.Get, path, null);

    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("text/html")]
    [InlineData("image/png")]
    public async Task An_error_is_a_problem_document_whatever_is_accepted(string accept)
    {
        var system = await shared.SystemAsync(stores);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/answers")
        {
            Content = new StringContent("""{"question":""}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        using var response = await system.Client.Http.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_long_name_is_not_cut_inside_a_character()
    {
        var system = await shared.SystemAsync(stores);
        var name = new string('a', 254) + "😀.txt";
        using var response = await system.Client.PostFileAsync(
            name, Encoding.UTF8.GetBytes($"Text of {name}."), ("collection", shared.NewCollection()));
        var document = new DocumentResponse(await RagClient.JsonAsync(response));
        Assert.Equal(new string('a', 254), document["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_new_version_keeps_its_collection_and_its_tags_unless_it_brings_others()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        var id = await system.Client.UploadAsync("a.txt", "First."u8.ToArray(), ("collection", collection), ("tags", "year=2024"));

        using var moved = await ReplaceAsync(system, id, "Second.", ("collection", shared.NewCollection()));
        Assert.Equal(HttpStatusCode.BadRequest, moved.StatusCode);
        using var kept = await ReplaceAsync(system, id, "Second.", ("collection", collection));
        Assert.Equal("2024", (await RagClient.JsonAsync(kept))["tags"]!["year"]!.GetValue<string>());
        using var changed = await ReplaceAsync(system, id, "Second.", ("tags", "year=2025"));
        Assert.Equal("2025", (await RagClient.JsonAsync(changed))["tags"]!["year"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar")]
    [InlineData("/health")]
    [InlineData("/api/v1/documents")]
    [InlineData("/no-such-page")]
    public async Task Every_response_has_the_headers_that_protect_a_browser(string path)
    {
        var system = await shared.SystemAsync(stores);
        foreach (var client in new[] { system.Client.Http, new HttpClient { BaseAddress = system.Worker.Address } })
        {
            using var response = await client.GetAsync(path, Cancelled);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
            Assert.Contains("frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        }
    }

    [Fact]
    public async Task The_job_pages_change_nothing_without_their_token()
    {
        var system = await shared.SystemAsync(stores);
        using var worker = new RagClient(system.Worker.Address, RagSystem.Key);
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("jobs[]", "1")]);
        using var response = await worker.Http.PostAsync("/hangfire/jobs/enqueued/delete", content, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/hangfire/stats", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/hangfire/stats", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("POST", "/hangfire/jobs/enqueued/delete", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("GET", "/hangfire/jobs/enqueued", HttpStatusCode.OK)]
    public async Task The_job_pages_refuse_what_they_cannot_read(string method, string path, HttpStatusCode expected)
    {
        var system = await shared.SystemAsync(stores);
        using var worker = new RagClient(system.Worker.Address, RagSystem.Key);
        using var response = await worker.TrySendAsync(new HttpMethod(method), path, method == "POST" ? new { a = 1 } : null);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Guessing_keys_is_slowed_down_and_known_keys_are_not()
    {
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string> { ["Security__UnknownKeysPerSecondAndAddress"] = "1" },
        });
        var statuses = new List<HttpStatusCode>();
        for (var guess = 0; guess < 20; guess++)
        {
            using var stranger = new RagClient(system.Api.Address, $"rag_{guess:x16}_secret");
            using var response = await stranger.Http.GetAsync("/api/v1/documents", Cancelled);
            statuses.Add(response.StatusCode);
        }

        Assert.Contains(HttpStatusCode.Unauthorized, statuses);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        await system.Client.GetAsync("/api/v1/documents");
    }

    [Fact]
    public async Task A_session_is_continued_by_its_own_key_alone()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        await system.Client.UploadAndWaitAsync("a.txt", "The tower is 96 metres tall."u8.ToArray(), ("collection", collection));
        await system.Client.FindAsync("tower", collection);
        var first = await system.Client.AskAsync("How tall is the tower?", collection);
        var made = await system.Client.PostAsync(
            "/api/v1/operations/api-keys", new { name = "other", scopes = new[] { "read" }, collections = new[] { collection } });
        using var other = new RagClient(system.Api.Address, made["secret"]!.GetValue<string>());

        Assert.Equal(first.SessionId, (await system.Client.AskAsync("Is it tall?", collection, first.SessionId)).SessionId);
        Assert.NotEqual(first.SessionId, (await other.AskAsync("Is it tall?", collection, first.SessionId)).SessionId);
        var chosen = Guid.NewGuid();
        Assert.NotEqual(chosen, (await other.AskAsync("Is it tall?", collection, chosen)).SessionId);
    }

    private async Task RefusedAsync(HttpStatusCode status, string named, HttpMethod method, string path, HttpContent? content)
    {
        var system = await shared.SystemAsync(stores);
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await system.Client.Http.SendAsync(request, Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(named, text, StringComparison.OrdinalIgnoreCase);
    }

    private static Task<HttpResponseMessage> ReplaceAsync(
        RagSystem system, Guid id, string text, params (string Name, string Value)[] fields) =>
        system.Client.SendFileAsync(HttpMethod.Put, $"/api/v1/documents/{id}", "a.txt", Encoding.UTF8.GetBytes(text), fields);
}
