using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RagAspire.Tests.Support;

/// <summary>A client of the HTTP API that shares no types with it.</summary>
public sealed class RagClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public RagClient(Uri address, string? key)
    {
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        if (key is not null)
        {
            Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    public HttpClient Http { get; }

    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken) => await Eventually.TrueAsync(
        async () =>
        {
            using var response = await Http.GetAsync("/ready", cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        },
        Patience,
        () => "The API does not become ready.",
        cancellationToken);

    public Task<HttpResponseMessage> PostFileAsync(string name, byte[] content, params (string Name, string Value)[] fields) =>
        SendFileAsync(HttpMethod.Post, "/api/v1/documents", name, content, fields);

    public async Task<HttpResponseMessage> SendFileAsync(
        HttpMethod method, string path, string name, byte[] content, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        foreach (var field in fields)
        {
            form.Add(new StringContent(field.Value), field.Name);
        }

        using var request = new HttpRequestMessage(method, path) { Content = form };

        // Without this, a refusal of a large body resets a connection that is still sending.
        request.Headers.ExpectContinue = content.Length > 1 << 20;
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Uploads a file that must be accepted.</summary>
    /// <returns>The document's id.</returns>
    public async Task<Guid> UploadAsync(string name, byte[] content, params (string Name, string Value)[] fields)
    {
        using var response = await PostFileAsync(name, content, fields);
        var document = new DocumentResponse(await JsonAsync(response));
        Assert.True(response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{name}: {document}");
        return document.Id;
    }

    public async Task<DocumentResponse> DocumentAsync(Guid id) => new(await GetAsync($"/api/v1/documents/{id}"));

    /// <summary>Waits until a document is ready or failed.</summary>
    public async Task<DocumentResponse> ProcessedAsync(Guid id, TimeSpan? patience = null)
    {
        DocumentResponse document = null!;
        await Eventually.TrueAsync(
            async () => (document = await DocumentAsync(id)).IsProcessed,
            patience ?? Patience,
            () => $"Still not processed: {document}",
            TestContext.Current.CancellationToken);
        return document;
    }

    /// <summary>Waits until a document is processed and, where there is a model, has its vectors.</summary>
    public async Task<DocumentResponse> EmbeddedAsync(Guid id)
    {
        DocumentResponse document = null!;
        await Eventually.TrueAsync(
            async () => (document = await DocumentAsync(id)).IsEmbedded,
            Patience,
            () => $"Still without vectors: {document}",
            TestContext.Current.CancellationToken);
        return document;
    }

    public async Task<DocumentResponse> UploadAndWaitAsync(
        string name, byte[] content, params (string Name, string Value)[] fields) =>
        await EmbeddedAsync(await UploadAsync(name, content, fields));

    public async Task<SearchResponse> SearchAsync(
        string query, string? collection = null, int limit = 10, string mode = "hybrid", object? tags = null) =>
        new(await PostAsync("/api/v1/search", new { query, collection, limit, mode, tags }));

    /// <summary>The hits of a search, once there are any; a document is searchable within a second after it is ready.</summary>
    public async Task<IReadOnlyList<HitResponse>> FindAsync(string query, string? collection = null)
    {
        IReadOnlyList<HitResponse> hits = [];
        await Eventually.TrueAsync(
            async () => (hits = (await SearchAsync(query, collection)).Hits).Count > 0,
            TimeSpan.FromSeconds(10),
            () => $"Nothing found for '{query}'.",
            TestContext.Current.CancellationToken);
        return hits;
    }

    public async Task<AnswerResponse> AskAsync(string question, string? collection = null, Guid? sessionId = null) =>
        new(await PostAsync("/api/v1/answers", new { question, collection, sessionId }));

    /// <summary>Asks a question, and reads the answer as server-sent events.</summary>
    public async Task<IReadOnlyList<EventResponse>> AskForEventsAsync(string question, string? collection = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/answers")
        {
            Content = JsonContent.Create(new { question, collection }),
        };
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return EventResponse.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path, TestContext.Current.CancellationToken);
        return await SuccessAsync(response);
    }

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        return await SuccessAsync(response);
    }

    /// <summary>Sends JSON with any method; the answer must be a success, with a body or without.</summary>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var response = await TrySendAsync(method, path, body);
        return response.StatusCode == HttpStatusCode.NoContent ? null : await SuccessAsync(response);
    }

    /// <summary>Sends JSON with any method, and returns the response with any status.</summary>
    public async Task<HttpResponseMessage> TrySendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        try
        {
            return JsonNode.Parse(text)!;
        }
        catch (JsonException ex)
        {
            throw new InvalidOperationException($"{(int)response.StatusCode} without JSON: {text}", ex);
        }
    }

    public void Dispose() => Http.Dispose();

    private static async Task<JsonNode> SuccessAsync(HttpResponseMessage response)
    {
        var json = await JsonAsync(response);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {json}");
        return json;
    }
}
