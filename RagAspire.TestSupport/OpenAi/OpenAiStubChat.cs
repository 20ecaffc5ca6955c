using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.TestSupport.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>, streamed as server-sent events or in one object.</summary>
internal static class OpenAiStubChat
{
    /// <summary>Tokens that are sent before a stream breaks.</summary>
    private const int TokensBeforeFault = 4;

    public static async Task AnswerAsync(HttpContext context, OpenAiStub stub)
    {
        var body = OpenAiStub.Body(context);
        var model = (string?)body["model"];
        if (model != stub.ChatModel)
        {
            await OpenAiStub.UnknownModelAsync(context, model);
            return;
        }

        if (stub.RefusedParameters.FirstOrDefault(body.ContainsKey) is { } refused)
        {
            await OpenAiStub.ErrorAsync(
                context, 400, $"Unsupported parameter: '{refused}' is not supported with this model.", "invalid_request_error",
                refused, "unsupported_parameter");
            return;
        }

        var prompt = new OllamaPrompt([.. body["messages"]!.AsArray().Select(Message)], [], null);
        var pieces = stub.Answer(prompt).Chunk(4).Select(piece => new string(piece)).ToList();
        var usage = new JsonObject
        {
            ["prompt_tokens"] = prompt.Tokens,
            ["completion_tokens"] = pieces.Count,
            ["total_tokens"] = prompt.Tokens + pieces.Count,
        };
        if ((bool?)body["stream"] != true)
        {
            var whole = Envelope("chat.completion", model, new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = string.Concat(pieces) },
                ["finish_reason"] = "stop",
            });
            whole["usage"] = usage;
            await context.Response.WriteAsJsonAsync(whole, context.RequestAborted);
            return;
        }

        context.Response.ContentType = "text/event-stream; charset=utf-8";
        await SendAsync(context, Chunk(model, new JsonObject { ["role"] = "assistant", ["content"] = "" }, null));
        for (var i = 0; i < pieces.Count; i++)
        {
            if (i == TokensBeforeFault && await BreakAsync(context, stub.Mode))
            {
                return;
            }

            await SendAsync(context, Chunk(model, new JsonObject { ["content"] = pieces[i] }, null));
        }

        await SendAsync(context, Chunk(model, [], "stop"));
        if (stub.ReportsTokens && (bool?)body["stream_options"]?["include_usage"] == true)
        {
            var last = Envelope("chat.completion.chunk", model, choice: null);
            last["usage"] = usage;
            await SendAsync(context, last);
        }

        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private static async Task<bool> BreakAsync(HttpContext context, OpenAiMode mode)
    {
        switch (mode)
        {
            case OpenAiMode.HangingMidStream:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                return true;
            case OpenAiMode.TruncatedStream:
                return true;
            case OpenAiMode.BrokenStream:
                // What was flushed should be read first: an abort takes back what is still on its way.
                await Task.Delay(100, context.RequestAborted);
                context.Abort();
                return true;
            case OpenAiMode.ErrorMidStream:
                await SendAsync(context, new JsonObject
                {
                    ["error"] = new JsonObject { ["message"] = "EngineCore died", ["type"] = "InternalServerError", ["code"] = 500 },
                });
                await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
                return true;
            default:
                return false;
        }
    }

    private static (string Role, string Content) Message(JsonNode? message) => (
        (string)message!["role"]!,
        message["content"] is JsonArray parts
            ? string.Concat(parts.Select(part => (string?)part!["text"]))
            : (string?)message["content"] ?? "");

    private static JsonObject Chunk(string model, JsonObject delta, string? finish) =>
        Envelope("chat.completion.chunk", model, new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish });

    private static JsonObject Envelope(string kind, string model, JsonObject? choice) => new()
    {
        ["id"] = "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        ["object"] = kind,
        ["created"] = 1_741_569_952,
        ["model"] = model,
        ["choices"] = choice is null ? [] : new JsonArray(choice),
    };

    private static async Task SendAsync(HttpContext context, JsonObject value)
    {
        await context.Response.WriteAsync($"data: {value.ToJsonString(JsonSerializerOptions.Web)}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
