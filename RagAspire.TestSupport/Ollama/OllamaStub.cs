using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RagAspire.TestSupport.Ollama;

/// <summary>How the stub answers from now on. Can be changed while it runs.</summary>
public enum OllamaMode
{
    /// <summary>As Ollama does, with <see cref="OllamaStub.FirstTokenDelay"/> and <see cref="OllamaStub.TokenDelay"/>.</summary>
    Normal,

    /// <summary>500 with an error, as when the runner died.</summary>
    Failing,

    /// <summary>503 with Ollama's "server busy".</summary>
    Busy,

    /// <summary>200 and text that is not JSON.</summary>
    Garbage,

    /// <summary>The request is read and never answered.</summary>
    Hanging,

    /// <summary>Chat streams a few tokens and then nothing more; the connection stays open.</summary>
    HangingMidStream,

    /// <summary>Chat streams a few tokens and then ends in good order, without its last object.</summary>
    TruncatedStream,

    /// <summary>Chat streams a few tokens and then the connection breaks.</summary>
    BrokenStream,

    /// <summary>Chat streams a few tokens and then Ollama's error line.</summary>
    ErrorMidStream,

    /// <summary>200 and one line that does not end, as long as it is read.</summary>
    EndlessLine,
}

/// <summary>What is wrong with the embeddings.</summary>
public enum OllamaEmbeddingFault
{
    None,

    /// <summary>Vectors of zeros.</summary>
    Zero,

    /// <summary>The last vector is missing.</summary>
    Missing,

    /// <summary>The last vector is one dimension short.</summary>
    Ragged,

    /// <summary>Numbers beyond what a float holds.</summary>
    Infinite,
}

/// <summary>A server on a free loopback port that speaks Ollama's protocol, so that clients can be tested as they are.</summary>
public sealed class OllamaStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _openCalls;

    private OllamaStub(WebApplication app, string chatModel, string embeddingModel) =>
        (_app, ChatModel, EmbeddingModel) = (app, chatModel, embeddingModel);

    public Uri Address { get; private set; } = null!;

    public string ChatModel { get; }

    public string EmbeddingModel { get; }

    public OllamaMode Mode { get; set; }

    public OllamaEmbeddingFault EmbeddingFault { get; set; }

    public TimeSpan FirstTokenDelay { get; set; }

    public TimeSpan TokenDelay { get; set; }

    /// <summary>Whether answers and embeddings come with the numbers of their tokens.</summary>
    public bool ReportsTokens { get; set; } = true;

    /// <summary>Of the embedding model's vectors.</summary>
    public int Dimensions { get; set; } = 256;

    /// <summary>What the chat model says, from the messages; by default the sources' own best sentence.</summary>
    public Func<OllamaPrompt, string> Answer { get; set; } = OllamaStubChat.Echo;

    /// <summary>What the chat model thinks before it speaks; null for a model that does not think.</summary>
    public string? Thinking { get; set; }

    /// <summary>"length" when the answer is to look cut off.</summary>
    public string DoneReason { get; set; } = "stop";

    /// <summary>Every request, in order: path and body.</summary>
    public ConcurrentQueue<(string Path, JsonNode? Body)> Requests { get; } = [];

    /// <summary>Calls that are being answered now; falls when a caller goes away.</summary>
    public int OpenCalls => Volatile.Read(ref _openCalls);

    /// <summary>What <see cref="OllamaMode.EndlessLine"/> has sent.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Whether the server has its models from the beginning, or only after a pull.</summary>
    public bool HasModels { get; set; } = true;

    /// <summary>Models that were fetched by a pull.</summary>
    internal ConcurrentDictionary<string, bool> Pulled { get; } = [];

    /// <summary>Models that were used, as <c>/api/ps</c> lists them.</summary>
    internal ConcurrentDictionary<string, bool> Loaded { get; } = [];

    /// <summary>As an Aspire resource gives it to an application.</summary>
    public string ConnectionString(string model) => $"Endpoint={Address};Model={model}";

    /// <param name="port">0 for a free one.</param>
    public static async Task<OllamaStub> StartAsync(
        int port = 0, string chatModel = "llama3.2:latest", string embeddingModel = "nomic-embed-text:latest")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        var app = builder.Build();
        var stub = new OllamaStub(app, chatModel, embeddingModel);
        app.Use(stub.RecordAsync);
        OllamaStubModels.Map(app, stub);
        app.MapPost("/api/embed", context => OllamaStubEmbeddings.AnswerAsync(context, stub));
        app.MapPost("/api/chat", context => OllamaStubChat.AnswerAsync(context, stub));
        app.MapFallback(context => OllamaStubModels.NotFoundAsync(context));
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

    /// <summary>Whether a request names a model that is there; Ollama takes a name without a tag for "latest".</summary>
    internal static bool Names(string? asked, string model) =>
        asked is not null && string.Equals(asked.Contains(':') ? asked : $"{asked}:latest", model, StringComparison.OrdinalIgnoreCase);

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        JsonNode? body = null;
        if (HttpMethods.IsPost(context.Request.Method))
        {
            try
            {
                body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            }
            catch (System.Text.Json.JsonException exception)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsJsonAsync(new { error = exception.Message }, context.RequestAborted);
                return;
            }

            context.Items["body"] = body;
        }

        Requests.Enqueue((context.Request.Path, body));
        Interlocked.Increment(ref _openCalls);
        try
        {
            if (!await InterfereAsync(context))
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

    private async Task<bool> InterfereAsync(HttpContext context)
    {
        var response = context.Response;
        switch (Mode)
        {
            case OllamaMode.Failing:
                response.StatusCode = StatusCodes.Status500InternalServerError;
                await response.WriteAsJsonAsync(new { error = "llama runner process has terminated: exit status 2" });
                return true;
            case OllamaMode.Busy:
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                await response.WriteAsJsonAsync(new { error = "server busy, please try again.  maximum pending requests exceeded" });
                return true;
            case OllamaMode.Garbage:
                response.ContentType = "application/json; charset=utf-8";
                await response.WriteAsync("{\"model\":\"llama3.2\",\"mess<html>Bad gateway</html>\n");
                return true;
            case OllamaMode.Hanging:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                return true;
            case OllamaMode.EndlessLine:
                response.ContentType = "application/x-ndjson";
                await response.WriteAsync("{\"message\":{\"content\":\"");
                await EndlessLine.SendAsync(context, bytes => SentBytes += bytes);
                return true;
            default:
                return false;
        }
    }
}
