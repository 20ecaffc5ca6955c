using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RagAspire.Tests.Support;

/// <summary>A client of the HTTP API that knows it only from outside, as JSON.</summary>
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

        // Who sends much asks first, or a refusal may meet a connection that is still sending.
        request.Headers.ExpectContinue = content.Length > 1 << 20;
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Uploads a file that must be accepted.</summary>
    /// <returns>The document's id.</returns>
    public async Task<Guid> UploadAsync(string name, byte[] content, params (string Name, string Value)[] fields)
    {
        using var response = await PostFileAsync(name, content, fields);
        var document = await JsonAsync(response);
        Assert.True(response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{name}: {document}");
        return document["id"]!.GetValue<Guid>();
    }

    public async Task<JsonNode> DocumentAsync(Guid id) => await GetAsync($"/api/v1/documents/{id}");

    /// <summary>Waits until a document is ready or failed.</summary>
    public async Task<JsonNode> ProcessedAsync(Guid id, TimeSpan? patience = null)
    {
        JsonNode document = null!;
        await Eventually.TrueAsync(
            async () =>
            {
                document = await DocumentAsync(id);
                return document["status"]!.GetValue<string>() is "ready" or "failed";
            },
            patience ?? Patience,
            () => $"Still not processed: {document}",
            TestContext.Current.CancellationToken);
        return document;
    }

    public async Task<JsonNode> UploadAndWaitAsync(string name, byte[] content, params (string Name, string Value)[] fields) =>
        await ProcessedAsync(await UploadAsync(name, content, fields));

    public Task<JsonNode> SearchAsync(string query, string? collection = null, int limit = 10, string mode = "hybrid") =>
        PostAsync("/api/v1/search", new { query, collection, limit, mode });

    /// <summary>The hits of a search, once there are any; a document is searchable within a second after it is ready.</summary>
    public async Task<JsonArray> FindAsync(string query, string? collection = null)
    {
        JsonArray hits = [];
        await Eventually.TrueAsync(
            async () => (hits = (await SearchAsync(query, collection))["hits"]!.AsArray()).Count > 0,
            TimeSpan.FromSeconds(10),
            () => $"Nothing found for '{query}'.",
            TestContext.Current.CancellationToken);
        return hits;
    }

    public Task<JsonNode> AskAsync(string question, string? collection = null, Guid? sessionId = null) =>
        PostAsync("/api/v1/answers", new { question, collection, sessionId });

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

    /// <summary>Sends JSON with any method, whatever comes of it.</summary>
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
        catch (JsonException)
        {
            throw new InvalidOperationException($"{(int)response.StatusCode} without JSON: {text}");
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
