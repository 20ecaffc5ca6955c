using System.Text.Json.Nodes;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>A call of an OpenAPI document.</summary>
internal sealed record DescribedOperation(string Method, string Path, JsonArray Parameters, JsonObject? Body, JsonObject Schemas)
{
    public static IReadOnlyList<DescribedOperation> Of(JsonNode document)
    {
        var schemas = document["components"]?["schemas"]?.AsObject() ?? [];
        return
        [
            .. from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               select new DescribedOperation(
                   operation.Key.ToUpperInvariant(),
                   path.Key,
                   operation.Value!["parameters"]?.AsArray() ?? [],
                   operation.Value!["requestBody"]?["content"]?.AsObject(),
                   schemas),
        ];
    }

    public JsonObject Resolve(JsonNode? schema)
    {
        var found = schema as JsonObject ?? [];
        return found["$ref"]?.GetValue<string>() is { } reference
            ? Schemas[reference[(reference.LastIndexOf('/') + 1)..]]!.AsObject()
            : found;
    }
}
