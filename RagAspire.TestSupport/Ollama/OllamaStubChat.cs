using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace RagAspire.TestSupport.Ollama;

/// <summary>What a chat call carries, as the model sees it.</summary>
public sealed record OllamaPrompt(IReadOnlyList<(string Role, string Content)> Messages, JsonObject Options, JsonNode? Think)
{
    public string System => Messages.FirstOrDefault(message => message.Role == "system").Content ?? "";

    public string LastUser => Messages.LastOrDefault(message => message.Role == "user").Content ?? "";

    /// <summary>A rough count, as good as any for a model that is not there.</summary>
    public int Tokens => Messages.Sum(message => 4 + (message.Content.Length / 4));
}

/// <summary><c>POST /api/chat</c>, streamed as newline-delimited JSON or in one object.</summary>
internal static partial class OllamaStubChat
{
    /// <summary>Tokens that are sent before a stream breaks.</summary>
    private const int TokensBeforeFault = 4;

    public static async Task AnswerAsync(HttpContext context, OllamaStub stub)
    {
        var started = Stopwatch.GetTimestamp();
        var body = OllamaStubModels.Body(context);
        var model = (string?)body["model"];
        if (Refusal(body, model, stub) is var (status, error))
        {
            await OllamaStubModels.ErrorAsync(context, status, error);
            return;
        }

        stub.Loaded[stub.ChatModel] = true;
        var prompt = Prompt(body);
        var text = stub.Answer(prompt);
        await Task.Delay(stub.FirstTokenDelay, context.RequestAborted);
        var pieces = Pieces(text);
        var done = Done(model!, prompt, pieces.Count, stub.DoneReason, started);
        if (!stub.ReportsTokens)
        {
            done.Remove("prompt_eval_count");
            done.Remove("eval_count");
        }

        if (!((bool?)body["stream"] ?? true))
        {
            done["message"] = Message(text, stub.Thinking);
            await context.Response.WriteAsJsonAsync(done, context.RequestAborted);
            return;
        }

        context.Response.ContentType = "application/x-ndjson";
        foreach (var thought in Pieces(stub.Thinking ?? ""))
        {
            await WriteAsync(context, Piece(model!, "", thought), stub.TokenDelay);
        }

        for (var i = 0; i < pieces.Count; i++)
        {
            if (i == TokensBeforeFault && await BreakAsync(context, stub.Mode))
            {
                return;
            }

            await WriteAsync(context, Piece(model!, pieces[i], null), stub.TokenDelay);
        }

        await WriteAsync(context, done, TimeSpan.Zero);
    }

    /// <summary>
    /// The sources' sentence that shares most words with the question, cited; the agreed word when there is none.
    /// </summary>
    public static string Echo(OllamaPrompt prompt)
    {
        var question = Words(prompt.LastUser[(prompt.LastUser.LastIndexOf("Question:", StringComparison.Ordinal) + 1)..]);
        var best = (Shared: 0, Text: "");
        foreach (Match source in Source().Matches(prompt.LastUser))
        {
            foreach (var sentence in source.Groups["text"].Value.Split(". ", StringSplitOptions.TrimEntries))
            {
                var shared = Words(sentence).Count(question.Contains);
                best = shared > best.Shared ? (shared, $"{sentence.TrimEnd('.')} [{source.Groups["number"].Value}].") : best;
            }
        }

        return best.Shared > 1 ? best.Text : NoAnswer().Match(prompt.System) is { Success: true } word ? word.Value : "I don't know.";
    }

    private static (int Status, string Error)? Refusal(JsonObject body, string? model, OllamaStub stub)
    {
        if (string.IsNullOrEmpty(model))
        {
            return (StatusCodes.Status400BadRequest, "model is required");
        }

        if (OllamaStub.Names(model, stub.EmbeddingModel))
        {
            return (StatusCodes.Status400BadRequest, $"\"{model}\" does not support chat");
        }

        if (!OllamaStub.Names(model, stub.ChatModel))
        {
            return (StatusCodes.Status404NotFound, $"model '{model}' not found");
        }

        var thinks = body["think"] is JsonValue think && !(think.TryGetValue<bool>(out var on) && !on);
        return thinks && stub.Thinking is null
            ? (StatusCodes.Status400BadRequest, $"\"{model}\" does not support thinking")
            : null;
    }

    private static async Task<bool> BreakAsync(HttpContext context, OllamaMode mode)
    {
        switch (mode)
        {
            case OllamaMode.HangingMidStream:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                return true;
            case OllamaMode.TruncatedStream:
                return true;
            case OllamaMode.BrokenStream:
                // What was flushed should be read first: an abort takes back what is still on its way.
                await Task.Delay(100, context.RequestAborted);
                context.Abort();
                return true;
            case OllamaMode.ErrorMidStream:
                await WriteAsync(context, new JsonObject { ["error"] = "an error was encountered while running the model: unexpected EOF" }, default);
                return true;
            default:
                return false;
        }
    }

    private static async Task WriteAsync(HttpContext context, JsonObject line, TimeSpan delay)
    {
        await Task.Delay(delay, context.RequestAborted);
        await context.Response.WriteAsync(line.ToJsonString(JsonSerializerOptions.Web) + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static OllamaPrompt Prompt(JsonObject body) => new(
        [.. ((body["messages"] as JsonArray) ?? []).Select(message => ((string)message!["role"]!, (string?)message["content"] ?? ""))],
        body["options"] as JsonObject ?? [],
        body["think"]);

    private static JsonObject Piece(string model, string content, string? thinking) => new()
    {
        ["model"] = model,
        ["created_at"] = OllamaStubModels.Now(),
        ["message"] = Message(content, thinking),
        ["done"] = false,
    };

    private static JsonObject Message(string content, string? thinking)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = content };
        if (thinking is not null)
        {
            message["thinking"] = thinking;
        }

        return message;
    }

    private static JsonObject Done(string model, OllamaPrompt prompt, int tokens, string reason, long started) => new()
    {
        ["model"] = model,
        ["created_at"] = OllamaStubModels.Now(),
        ["message"] = Message("", null),
        ["done"] = true,
        ["done_reason"] = reason,
        ["total_duration"] = (long)Stopwatch.GetElapsedTime(started).TotalNanoseconds,
        ["load_duration"] = 1_334_875,
        ["prompt_eval_count"] = prompt.Tokens,
        ["prompt_eval_duration"] = 342_546_000,
        ["eval_count"] = tokens,
        ["eval_duration"] = 4_535_599_000,
    };

    /// <summary>About as long as tokens are, and as careless of word borders.</summary>
    private static List<string> Pieces(string text) => [.. text.Chunk(4).Select(piece => new string(piece))];

    private static HashSet<string> Words(string text) =>
        [.. Word().Matches(text.ToLowerInvariant()).Select(word => word.Value).Where(word => word.Length > 3)];

    [GeneratedRegex(@"<(?<tag>source-[0-9a-f]+) number=""(?<number>\d+)""[^>]*>\s*(?<text>.*?)\s*</\k<tag>>", RegexOptions.Singleline)]
    private static partial Regex Source();

    [GeneratedRegex(@"NO_ANSWER\w*")]
    private static partial Regex NoAnswer();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
