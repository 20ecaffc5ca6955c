using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RagAspire.Api.OpenAi;

/// <summary>A list, as OpenAI's protocol has it.</summary>
/// <param name="Kind">list.</param>
public sealed record ModelList<T>(
    [property: JsonPropertyName("object")] string Kind, [property: JsonPropertyName("data")] IReadOnlyList<T> Data);

/// <summary>What can be asked: a collection, or the embedding model.</summary>
/// <param name="Kind">model.</param>
/// <param name="Created">Seconds since 1970.</param>
public sealed record ModelEntry(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("object")] string Kind,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("owned_by")] string OwnedBy);

/// <summary>A request for embeddings, as OpenAI's clients send it. What is not listed is ignored.</summary>
/// <param name="Input">A text, or up to 256 texts.</param>
/// <param name="EncodingFormat">float or base64.</param>
/// <param name="Dimensions">Those of the model, or absent.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record EmbeddingRequest(
    [property: JsonPropertyName("model"), StringLength(200)] string? Model,
    [property: JsonPropertyName("input")] JsonElement Input,
    [property: JsonPropertyName("encoding_format"), AllowedValues(null, "float", "base64")] string? EncodingFormat,
    [property: JsonPropertyName("dimensions")] int? Dimensions);

/// <summary>The embeddings of all texts of a request.</summary>
/// <param name="Kind">list.</param>
public sealed record EmbeddingResult(
    [property: JsonPropertyName("object")] string Kind,
    [property: JsonPropertyName("data")] IReadOnlyList<EmbeddingEntry> Data,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("usage")] TokenUsage Usage);

/// <param name="Kind">embedding.</param>
/// <param name="Embedding">Numbers, or the bytes of 32-bit floats in little-endian order as base64.</param>
public sealed record EmbeddingEntry(
    [property: JsonPropertyName("object")] string Kind,
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("embedding")] object Embedding);
