using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace RagAspire.TestSupport.Ollama;

/// <summary><c>POST /api/embed</c>: vectors of hashed words and trigrams, so that texts alike have vectors alike.</summary>
internal static class OllamaStubEmbeddings
{
    private const int ContextLength = 2048;

    public static async Task AnswerAsync(HttpContext context, OllamaStub stub)
    {
        var started = Stopwatch.GetTimestamp();
        var body = OllamaStubModels.Body(context);
        var model = (string?)body["model"];
        if (!OllamaStub.Names(model, stub.EmbeddingModel))
        {
            await OllamaStubModels.ErrorAsync(context, StatusCodes.Status404NotFound, $"model '{model}' not found");
            return;
        }

        if (Input(body["input"]) is not { } input)
        {
            await OllamaStubModels.ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid input type");
            return;
        }

        var truncate = (bool?)body["truncate"] ?? true;
        if (!truncate && input.Any(text => Tokens(text) > ContextLength))
        {
            await OllamaStubModels.ErrorAsync(context, StatusCodes.Status400BadRequest, "the input length exceeds the context length");
            return;
        }

        await Task.Delay(stub.FirstTokenDelay, context.RequestAborted);
        stub.Loaded[stub.EmbeddingModel] = true;
        var dimensions = Math.Min((int?)body["dimensions"] ?? stub.Dimensions, stub.Dimensions);
        var vectors = input.Select(text => Vector(text, stub.Dimensions)[..dimensions]).ToList();
        Spoil(vectors, stub.EmbeddingFault);
        await context.Response.WriteAsJsonAsync(
            new JsonObject
            {
                ["model"] = model,
                ["embeddings"] = new JsonArray([.. vectors.Select(vector => new JsonArray([.. vector.Select(value => JsonValue.Create(value))]))]),
                ["total_duration"] = (long)Stopwatch.GetElapsedTime(started).TotalNanoseconds,
                ["load_duration"] = 1_019_500,
                ["prompt_eval_count"] = input.Sum(Tokens),
            },
            context.RequestAborted);
    }

    /// <summary>Deterministic across processes and machines.</summary>
    public static double[] Vector(string text, int dimensions)
    {
        var vector = new double[dimensions];
        foreach (var word in text.ToLowerInvariant().Split(
            [' ', '\n', '\t', '\r', '.', ',', ':', ';', '?', '!', '(', ')', '"', '\''],
            StringSplitOptions.RemoveEmptyEntries))
        {
            Add(vector, word, 1);
            var padded = $"^{word}$";
            for (var i = 0; i + 3 <= padded.Length; i++)
            {
                Add(vector, padded.AsSpan(i, 3), .5);
            }
        }

        var length = Math.Sqrt(vector.Sum(value => value * value));
        return length == 0 ? [1, .. vector[1..]] : Array.ConvertAll(vector, value => value / length);
    }

    private static void Add(double[] vector, ReadOnlySpan<char> feature, double weight)
    {
        var hash = 2166136261u;
        foreach (var letter in feature)
        {
            hash = (hash ^ letter) * 16777619u;
        }

        // The sign keeps unrelated texts from being alike only because both are long.
        vector[hash % (uint)vector.Length] += (hash & 0x8000_0000u) == 0 ? weight : -weight;
    }

    private static void Spoil(List<double[]> vectors, OllamaEmbeddingFault fault)
    {
        if (vectors.Count == 0 || fault == OllamaEmbeddingFault.None)
        {
            return;
        }

        var last = vectors.Count - 1;
        switch (fault)
        {
            case OllamaEmbeddingFault.Zero:
                vectors[last] = new double[vectors[last].Length];
                break;
            case OllamaEmbeddingFault.Missing:
                vectors.RemoveAt(last);
                break;
            case OllamaEmbeddingFault.Ragged:
                vectors[last] = vectors[last][..^1];
                break;
            default:
                vectors[last][0] = 1e300;
                break;
        }
    }

    private static List<string>? Input(JsonNode? input) => input switch
    {
        null => [],
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length == 0 ? [] : [text],
        JsonArray array when array.All(item => item is JsonValue value && value.TryGetValue<string>(out _)) =>
            [.. array.Select(item => (string)item!)],
        _ => null,
    };

    private static int Tokens(string text) => 2 + (text.Length / 4);
}
