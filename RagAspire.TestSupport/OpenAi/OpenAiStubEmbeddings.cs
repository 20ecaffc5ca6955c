using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.TestSupport.OpenAi;

/// <summary><c>POST /v1/embeddings</c>: the vectors of the other stub, as base64 where that is asked for.</summary>
internal static class OpenAiStubEmbeddings
{
    public static async Task AnswerAsync(HttpContext context, OpenAiStub stub)
    {
        var body = OpenAiStub.Body(context);
        if ((string?)body["model"] != stub.EmbeddingModel)
        {
            await OpenAiStub.UnknownModelAsync(context, (string?)body["model"]);
            return;
        }

        var input = body["input"] is JsonArray several ? several.Select(text => (string)text!).ToList() : [(string)body["input"]!];
        var asBase64 = (string?)body["encoding_format"] == "base64" && !stub.IgnoresEncoding;
        var tokens = input.Sum(text => 2 + (text.Length / 4));
        var answer = new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. input.Select((text, index) => new JsonObject
            {
                ["object"] = "embedding",
                ["index"] = index,
                ["embedding"] = Encoded(OllamaStubEmbeddings.Vector(text, stub.Dimensions), asBase64),
            })]),
            ["model"] = stub.EmbeddingModel,
        };
        if (stub.ReportsTokens)
        {
            answer["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens };
        }

        await context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
    }

    private static JsonNode Encoded(double[] vector, bool asBase64)
    {
        var floats = Array.ConvertAll(vector, value => (float)value);
        return asBase64
            ? Convert.ToBase64String(MemoryMarshal.AsBytes<float>(floats))
            : new JsonArray([.. floats.Select(value => JsonValue.Create(value))]);
    }
}
