using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Mime;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace RagAspire.AppHost.Commands;

/// <summary>A call of the API failed; the message is one sentence for the user.</summary>
internal sealed class ApiException(string message) : Exception(message);

/// <summary>The calls of the API that commands make, with the key of this AppHost.</summary>
internal sealed class ApiClient : IDisposable
{
    // Longer than the API's own limits of 240 s for an answer and 300 s for an upload.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(6);

    private readonly HttpClient _http;

    public ApiClient(Uri address, string key)
    {
        // The AppHost samples no traces, and its trace id would keep the API from recording the call. A propagator without output
        // would not do: OpenTelemetry adds the header to every call that the handler tells it of.
        var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        _http = new HttpClient(handler) { BaseAddress = new Uri(address, "/api/v1/"), Timeout = CallTimeout };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Reads JSON.</summary>
    /// <exception cref="ApiException">The API refuses the call or does not answer.</exception>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Get, path, content: null, cancellationToken);

    /// <summary>Reads a report as text.</summary>
    /// <exception cref="ApiException">The API refuses the call or does not answer.</exception>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Text.Plain));
            using var response = await _http.SendAsync(request, cancellationToken);
            await ThrowUnlessSuccessAsync(response, cancellationToken);
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception ex) when (IsFailure(ex, cancellationToken))
        {
            throw NoAnswer(ex);
        }
    }

    /// <summary>Sends JSON and reads JSON.</summary>
    /// <exception cref="ApiException">The API refuses the call or does not answer.</exception>
    public Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Post, path, body is null ? null : JsonContent.Create(body), cancellationToken);

    /// <summary>Stores a document.</summary>
    /// <exception cref="ApiException">The API refuses the document or does not answer.</exception>
    public async Task<T> UploadAsync<T>(string name, Stream file, string? collection, CancellationToken cancellationToken)
    {
        var form = new MultipartFormDataContent { { new StreamContent(file), "file", name } };
        if (!string.IsNullOrEmpty(collection))
        {
            form.Add(new StringContent(collection), "collection");
        }

        return await SendAsync<T>(HttpMethod.Post, "documents", form, cancellationToken);
    }

    /// <summary>Follows a stream of server-sent events to its end.</summary>
    /// <exception cref="ApiException">The API refuses the call, does not answer, or breaks off.</exception>
    public async Task FollowAsync<T>(string path, Action<T> handle, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await ThrowUnlessSuccessAsync(response, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
            {
                handle(JsonSerializer.Deserialize<T>(item.Data, JsonSerializerOptions.Web)!);
            }
        }
        catch (Exception ex) when (IsFailure(ex, cancellationToken))
        {
            throw NoAnswer(ex);
        }
    }

    /// <summary>Sends a DELETE and ignores a refusal.</summary>
    /// <exception cref="ApiException">The API does not answer.</exception>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.DeleteAsync(path, cancellationToken);
        }
        catch (Exception ex) when (IsFailure(ex, cancellationToken))
        {
            throw NoAnswer(ex);
        }
    }

    /// <summary>The health report of the API, which is answered with 503 when a component is unhealthy.</summary>
    /// <exception cref="ApiException">The API does not answer.</exception>
    public async Task<T> HealthAsync<T>(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync("/health", cancellationToken);
            return (await response.Content.ReadFromJsonAsync<T>(cancellationToken))!;
        }
        catch (Exception ex) when (IsFailure(ex, cancellationToken))
        {
            throw NoAnswer(ex);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var response = await _http.SendAsync(request, cancellationToken);
            await ThrowUnlessSuccessAsync(response, cancellationToken);
            return (await response.Content.ReadFromJsonAsync<T>(cancellationToken))!;
        }
        catch (Exception ex) when (IsFailure(ex, cancellationToken))
        {
            throw NoAnswer(ex);
        }
    }

    private static async Task ThrowUnlessSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? await response.Content.ReadFromJsonAsync<Problem>(cancellationToken)
                : null;
            throw new ApiException(problem?.Sentence ?? $"The API answers {(int)response.StatusCode} ({response.ReasonPhrase}).");
        }
    }

    private static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or JsonException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static ApiException NoAnswer(Exception exception) => new(exception is JsonException
        ? "The API answers with something other than JSON."
        : $"The API does not answer: {exception.Message}");

    private sealed record Problem(string? Title, string? Detail, Dictionary<string, string[]>? Errors)
    {
        public string? Sentence =>
            Errors?.Values.SelectMany(messages => messages).FirstOrDefault() ?? Detail ?? Title;
    }
}
