using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RagAspire.Client;

/// <summary>Sends requests, and turns every failure into a <see cref="RagApiException"/>.</summary>
internal sealed class ApiConnection(HttpClient http)
{
    private const string EventStream = "text/event-stream";

    // Positions count every character, so none may be taken for a byte order mark.
    private static readonly UTF8Encoding Plain = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Longer than the API takes for any call without a stream.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(60);

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public async Task<T> GetAsync<T>(string address, CancellationToken cancellationToken) =>
        await CallAsync<T>(HttpMethod.Get, address, body: null, cancellationToken);

    public async Task<T> CallAsync<T>(HttpMethod method, string address, object? body, CancellationToken cancellationToken)
    {
        using var limit = Limited(cancellationToken);
        return await GuardedAsync(
            async () =>
            {
                using var response = await SendAsync(method, address, Content(body), limit.Token);
                return await ReadAsync<T>(response, limit.Token);
            },
            cancellationToken);
    }

    public async Task CallAsync(HttpMethod method, string address, object? body, CancellationToken cancellationToken)
    {
        using var limit = Limited(cancellationToken);
        await GuardedAsync(
            async () =>
            {
                using var response = await SendAsync(method, address, Content(body), limit.Token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Reads JSON of a response with any status of <paramref name="accepted"/>.</summary>
    public async Task<T> GetAsync<T>(string address, HttpStatusCode accepted, CancellationToken cancellationToken)
    {
        using var limit = Limited(cancellationToken);
        return await GuardedAsync(
            async () =>
            {
                using var response = await http.GetAsync(new Uri(address, UriKind.Relative), limit.Token);
                return response.IsSuccessStatusCode || response.StatusCode == accepted
                    ? await ReadAsync<T>(response, limit.Token)
                    : throw await ProblemBody.ReadAsync(response, limit.Token);
            },
            cancellationToken);
    }

    public Task<string> TextAsync(string address, CancellationToken cancellationToken) => GuardedAsync(
        async () =>
        {
            using var response = await SendAsync(HttpMethod.Get, address, content: null, cancellationToken);
            return await response.Content.ReadAsStringAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>Reads as much of a text as the reader wants.</summary>
    public Task<T> ReadAsync<T>(
        string address, Func<TextReader, Task<T>> read, CancellationToken cancellationToken) => GuardedAsync(
        async () =>
        {
            using var response = await SendAsync(HttpMethod.Get, address, content: null, cancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Plain, false);
            return await read(reader);
        },
        cancellationToken);

    /// <summary>
    /// A response as it is, for a caller that passes it on and disposes it; only failures to connect are exceptions.
    /// </summary>
    public Task<HttpResponseMessage> ResponseAsync(
        string address, string accept, CancellationToken cancellationToken) => GuardedAsync(
        async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative));
            request.Headers.Accept.ParseAdd(accept);
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        },
        cancellationToken);

    /// <summary>Writes a body of any length to a stream.</summary>
    public Task CopyAsync(string address, Stream target, CancellationToken cancellationToken) => GuardedAsync(
        async () =>
        {
            using var response = await SendAsync(HttpMethod.Get, address, content: null, cancellationToken);
            await response.Content.CopyToAsync(target, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Sends a stream, which stays open.</summary>
    public async Task<T> SendAsync<T>(
        HttpMethod method, string address, Stream body, string contentType, CancellationToken cancellationToken)
    {
        using var content = new UploadContent(new FileUpload("", body, SizeBytes: null));
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return await SendAsync<T>(method, address, content, cancellationToken);
    }

    /// <summary>Sends a body of any length; how long that takes is for the caller to limit.</summary>
    public Task<T> SendAsync<T>(HttpMethod method, string address, HttpContent content, CancellationToken cancellationToken) =>
        GuardedAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative)) { Content = content };

                // A refusal by the headers then comes before the body is sent, and not as a connection that is reset.
                request.Headers.ExpectContinue = true;
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                await EnsureSuccessAsync(response, cancellationToken);
                return await ReadAsync<T>(response, cancellationToken);
            },
            cancellationToken);

    /// <summary>Reads server-sent events until the stream ends; an event <c>error</c> is thrown.</summary>
    public async IAsyncEnumerable<(string Type, string Data)> EventsAsync(
        HttpMethod method, string address, object? body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await GuardedAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative))
                {
                    Content = Content(body),
                };
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(EventStream));
                var opened = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                await EnsureSuccessAsync(opened, cancellationToken);
                return opened;
            },
            cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var events = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await GuardedAsync(() => events.MoveNextAsync().AsTask(), cancellationToken))
        {
            var (type, data) = (events.Current.EventType, events.Current.Data);
            if (type == "error")
            {
                var problem = Parse<ProblemBody>(data);
                throw problem.ToException((HttpStatusCode)(problem.Status ?? (int)HttpStatusCode.InternalServerError));
            }

            yield return (type, data);
        }
    }

    public static T Parse<T>(string json) => JsonSerializer.Deserialize<T>(json, Json) ?? throw Unreadable();

    private static JsonContent? Content(object? body) =>
        body is null ? null : JsonContent.Create(body, body.GetType(), options: Json);

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative)) { Content = content };
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await EnsureSuccessAsync(response, cancellationToken);
        return response;
    }

    private static async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw await ProblemBody.ReadAsync(response, cancellationToken);
            }
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw Unreadable();

    private static async Task<T> GuardedAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException)
        {
            throw new RagApiException(
                HttpStatusCode.ServiceUnavailable, "The API cannot be reached", "The API does not answer. Try again in a moment.", ex);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RagApiException(
                HttpStatusCode.ServiceUnavailable, "The API is too slow", "The API did not answer in time. Try again in a moment.", ex);
        }
        catch (JsonException ex)
        {
            throw Unreadable(ex);
        }
    }

    private static RagApiException Unreadable(Exception? inner = null) => new(
        HttpStatusCode.BadGateway, "Unreadable response", "The API has answered something that this client does not know.", inner);

    private static CancellationTokenSource Limited(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CallLimit);
        return limit;
    }
}
