using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RagAspire.TestSupport.Ollama;

/// <summary>The calls about the server and its models.</summary>
internal static class OllamaStubModels
{
    public static void Map(WebApplication app, OllamaStub stub)
    {
        app.MapMethods("/", ["GET", "HEAD"], () => Results.Text("Ollama is running"));
        app.MapMethods("/api/version", ["GET", "HEAD"], () => Results.Json(new JsonObject { ["version"] = "0.12.6" }));
        app.MapMethods("/api/tags", ["GET", "HEAD"], () => Models([.. Present(stub)]));
        app.MapGet("/api/ps", () => Models([.. stub.Loaded.Keys.Order().Select(Running)]));
        app.MapPost("/api/pull", context => PullAsync(context, stub));
        app.MapPost("/api/show", (HttpContext context) => Show(Body(context), stub));
    }

    public static JsonObject Body(HttpContext context) => context.Items["body"] as JsonObject ?? [];

    public static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("404 page not found", context.RequestAborted);
    }

    public static async Task ErrorAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new { error }, context.RequestAborted);
    }

    /// <summary>With nanoseconds and zone, as Go writes it.</summary>
    public static string Now() =>
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static IResult Show(JsonObject body, OllamaStub stub)
    {
        var name = (string?)body["model"] ?? (string?)body["name"];
        var embeds = OllamaStub.Names(name, stub.EmbeddingModel);
        if (!embeds && !OllamaStub.Names(name, stub.ChatModel))
        {
            return Results.Json(new { error = $"model '{name}' not found" }, statusCode: StatusCodes.Status404NotFound);
        }

        var family = embeds ? "nomic-bert" : "llama";
        return Results.Json(new JsonObject
        {
            ["modelfile"] = $"FROM {name}",
            ["parameters"] = "num_ctx                        8192",
            ["template"] = "{{ .Prompt }}",
            ["details"] = Details(family),
            ["model_info"] = new JsonObject
            {
                ["general.architecture"] = family,
                [$"{family}.context_length"] = embeds ? 2048 : 131072,
                [$"{family}.embedding_length"] = embeds ? stub.Dimensions : 3072,
            },
            ["capabilities"] = new JsonArray(embeds ? "embedding" : "completion"),
            ["modified_at"] = Now(),
        });
    }

    private static IEnumerable<JsonObject> Present(OllamaStub stub) =>
        new[] { (stub.ChatModel, "llama"), (stub.EmbeddingModel, "nomic-bert") }
            .Where(model => stub.HasModels || stub.Pulled.ContainsKey(model.Item1))
            .Select(model => Model(model.Item1, model.Item2));

    /// <summary>A download in two steps; with <see cref="OllamaMode.ErrorMidStream"/> it ends in an error line.</summary>
    private static async Task PullAsync(HttpContext context, OllamaStub stub)
    {
        var name = (string?)Body(context)["model"] ?? (string?)Body(context)["name"];
        var model = new[] { stub.ChatModel, stub.EmbeddingModel }.FirstOrDefault(model => OllamaStub.Names(name, model));
        context.Response.ContentType = "application/x-ndjson";
        string[] lines = model is null || stub.Mode == OllamaMode.ErrorMidStream
            ? ["""{"status":"pulling manifest"}""", """{"error":"pull model manifest: file does not exist"}"""]
            :
            [
                """{"status":"pulling manifest"}""",
                """{"status":"pulling 6a0746a1ec1a","digest":"sha256:6a0746a1ec1a","total":200,"completed":70}""",
                """{"status":"pulling 6a0746a1ec1a","digest":"sha256:6a0746a1ec1a","total":200,"completed":200}""",
                """{"status":"success"}""",
            ];
        foreach (var line in lines)
        {
            await context.Response.WriteAsync(line + "\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        if (model is not null && stub.Mode == OllamaMode.Normal)
        {
            stub.Pulled[model] = true;
        }
    }

    private static IResult Models(JsonObject[] models) => Results.Json(new JsonObject { ["models"] = new JsonArray(models) });

    private static JsonObject Model(string name, string family) => new()
    {
        ["name"] = name,
        ["model"] = name,
        ["modified_at"] = Now(),
        ["size"] = 274302450,
        ["digest"] = Digest(name),
        ["details"] = Details(family),
    };

    private static JsonObject Running(string name) => new()
    {
        ["name"] = name,
        ["model"] = name,
        ["size"] = 848677888,
        ["digest"] = Digest(name),
        ["details"] = Details("llama"),
        ["expires_at"] = Now(),
        ["size_vram"] = 0,
        ["context_length"] = 4096,
    };

    private static JsonObject Details(string family) => new()
    {
        ["parent_model"] = "",
        ["format"] = "gguf",
        ["family"] = family,
        ["families"] = new JsonArray(family),
        ["parameter_size"] = "137M",
        ["quantization_level"] = "F16",
    };

    private static string Digest(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
