using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.TestSupport.OpenAi;

/// <summary>How the stub answers from now on. Can be changed while it runs.</summary>
public enum OpenAiMode
{
    /// <summary>As OpenAI does.</summary>
    Normal,

    /// <summary>500 with an error object.</summary>
    Failing,

    /// <summary>429 with an error object and <c>Retry-After</c>.</summary>
    RateLimited,

    /// <summary>200 and text that is not JSON.</summary>
    Garbage,

    /// <summary>The request is read and never answered.</summary>
    Hanging,

    /// <summary>Chat streams a few tokens and then nothing more; the connection stays open.</summary>
    HangingMidStream,

    /// <summary>Chat streams a few tokens and then ends in good order, without its last events.</summary>
    TruncatedStream,

    /// <summary>Chat streams a few tokens and then the connection breaks.</summary>
    BrokenStream,

    /// <summary>Chat streams a few tokens and then an error object, as vLLM does.</summary>
    ErrorMidStream,

    /// <summary>200 and one line that does not end, as long as it is read.</summary>
    EndlessLine,
}

/// <summary>A server on a free loopback port that speaks OpenAI's protocol below <c>/v1</c>.</summary>
public sealed class OpenAiStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _openCalls;

    private OpenAiStub(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    public string ChatModel { get; init; } = "gpt-test";

    public string EmbeddingModel { get; init; } = "embedding-test";

    /// <summary>The key that requests must have.</summary>
    public string Key { get; init; } = "sk-only-for-tests";

    public OpenAiMode Mode { get; set; }

    /// <summary>Whether answers and embeddings come with the numbers of their tokens.</summary>
    public bool ReportsTokens { get; set; } = true;

    /// <summary>Whether vectors are arrays of numbers even where base64 is asked for, as with some servers.</summary>
    public bool IgnoresEncoding { get; set; }

    /// <summary>Whether there is <c>GET /v1/models</c>.</summary>
    public bool HasList { get; set; } = true;

    /// <summary>Parameters of a chat that are refused with 400, as models differ in what they take.</summary>
    public IReadOnlyList<string> RefusedParameters { get; set; } = [];

    public int Dimensions { get; set; } = 256;

    /// <summary>What the chat model says, from the messages; by default the sources' own best sentence.</summary>
    public Func<OllamaPrompt, string> Answer { get; set; } = OllamaStubChat.Echo;

    /// <summary>Every request, in order: path and body.</summary>
    public ConcurrentQueue<(string Path, JsonNode? Body)> Requests { get; } = [];

    /// <summary>Calls that are being answered now; falls when a caller goes away.</summary>
    public int OpenCalls => Volatile.Read(ref _openCalls);

    /// <summary>What <see cref="OpenAiMode.EndlessLine"/> has sent.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Texts that were embedded since the start.</summary>
    public int EmbeddedTexts => Requests.Where(request => request.Path == "/v1/embeddings")
        .Sum(request => (request.Body?["input"] as JsonArray)?.Count ?? 1);

    public string ConnectionString(string model) => $"Endpoint={Address}v1;Key={Key};Model={model}";

    public static async Task<OpenAiStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var stub = new OpenAiStub(app);
        app.Use(stub.RecordAsync);
        app.MapGet("/v1/models", stub.ModelsAsync);
        app.MapPost("/v1/chat/completions", context => OpenAiStubChat.AnswerAsync(context, stub));
        app.MapPost("/v1/embeddings", context => OpenAiStubEmbeddings.AnswerAsync(context, stub));
        await app.StartAsync();
        stub.Address = new Uri(app.Urls.Single());
        return stub;
    }

    /// <summary>Stops at once, as a killed process does: open streams break.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Kestrel says that it did not wait for open requests, which was asked for.
        }

        await _app.DisposeAsync();
    }

    internal static Task ErrorAsync(HttpContext context, int status, string message, string type, string? parameter, string? code)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new { error = new { message, type, param = parameter, code } }, context.RequestAborted);
    }

    internal static Task UnknownModelAsync(HttpContext context, string? model) => ErrorAsync(
        context, 404, $"The model `{model}` does not exist or you do not have access to it.", "invalid_request_error", null, "model_not_found");

    internal static JsonObject Body(HttpContext context) => context.Items["body"] as JsonObject ?? [];

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        var body = HttpMethods.IsPost(context.Request.Method)
            ? await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted)
            : null;
        context.Items["body"] = body;
        Requests.Enqueue((context.Request.Path, body));
        Interlocked.Increment(ref _openCalls);
        try
        {
            if (!await IsRefusedAsync(context) && !await InterfereAsync(context))
            {
                await next(context);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away, which is what some tests are about.
        }
        finally
        {
            Interlocked.Decrement(ref _openCalls);
        }
    }

    private async Task<bool> IsRefusedAsync(HttpContext context)
    {
        if (AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var given)
            && given is { Scheme: "Bearer", Parameter: { } key } && key == Key)
        {
            return false;
        }

        var said = context.Request.Headers.Authorization.ToString();
        await ErrorAsync(
            context, 401, $"Incorrect API key provided: {said}.", "invalid_request_error", null, "invalid_api_key");
        return true;
    }

    private async Task ModelsAsync(HttpContext context)
    {
        if (!HasList)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var data = new[] { ChatModel, EmbeddingModel }
            .Select(model => new { id = model, @object = "model", created = 1_686_935_002, owned_by = "tests" });
        await context.Response.WriteAsJsonAsync(new { @object = "list", data }, context.RequestAborted);
    }

    private async Task<bool> InterfereAsync(HttpContext context)
    {
        var response = context.Response;
        switch (Mode)
        {
            case OpenAiMode.Failing:
                await ErrorAsync(context, 500, "The server had an error while processing your request.", "server_error", null, null);
                return true;
            case OpenAiMode.RateLimited:
                response.Headers.RetryAfter = "20";
                await ErrorAsync(context, 429, "Rate limit reached for requests.", "requests", null, "rate_limit_exceeded");
                return true;
            case OpenAiMode.Garbage:
                response.ContentType = StreamType(context);
                await response.WriteAsync("data: {\"id\":\"chatcmpl-1\",\"choi<html>Bad gateway</html>\n\n");
                return true;
            case OpenAiMode.Hanging:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                return true;
            case OpenAiMode.EndlessLine:
                response.ContentType = StreamType(context);
                await response.WriteAsync("data: {\"choices\":[{\"delta\":{\"content\":\"");
                await EndlessLine.SendAsync(context, bytes => SentBytes += bytes);
                return true;
            default:
                return false;
        }
    }

    private static string StreamType(HttpContext context) =>
        context.Request.Path == "/v1/chat/completions" ? "text/event-stream" : "application/json";
}
