using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RagAspire.Tests.Webhooks;

/// <summary>A message as it arrived.</summary>
internal sealed record ReceivedEvent(string Id, string Timestamp, string Signature, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => Json["type"]!.GetValue<string>();
}

/// <summary>Listens for events.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HookReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<ReceivedEvent> Events { get; } = new();

    /// <summary>What the next messages are answered; afterwards 204.</summary>
    public ConcurrentQueue<int> Answers { get; } = new();

    /// <summary>How long an answer takes.</summary>
    public TimeSpan Delay { get; set; }

    public Uri Address => new(_app.Urls.First());

    /// <param name="port">0 for a free one.</param>
    public static async Task<HookReceiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var receiver = new HookReceiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        Events.Enqueue(new ReceivedEvent(
            headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(),
            await reader.ReadToEndAsync()));
        await Task.Delay(Delay, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Response.StatusCode = Answers.TryDequeue(out var answer) ? answer : 204;
        context.Response.Headers.Location = "/elsewhere";
    }
}
