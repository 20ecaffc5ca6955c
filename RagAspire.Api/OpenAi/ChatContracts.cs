using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using RagAspire.Metadata;

namespace RagAspire.Api.OpenAi;

/// <summary>A request for a chat completion, as OpenAI's clients send it. What is not listed is ignored.</summary>
/// <param name="Model">The collection whose documents answer.</param>
/// <param name="Messages">The last one of the user is the question; those before it are the conversation.</param>
/// <param name="N">Only one answer is given.</param>
/// <param name="Filter">An extension of the protocol: what the documents must fulfil, as in <see cref="AnswerRequest"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record ChatRequest(
    [property: JsonPropertyName("model"), Required, StringLength(64, MinimumLength = 1)] string? Model,
    [property: JsonPropertyName("messages"), Required, MinLength(1), MaxLength(1000)] IReadOnlyList<ChatMessage>? Messages,
    [property: JsonPropertyName("stream")] bool? Stream,
    [property: JsonPropertyName("stream_options")] ChatStreamOptions? StreamOptions,
    [property: JsonPropertyName("n"), Range(1, 1)] int? N,
    [property: JsonPropertyName("filter")] FilterNode? Filter);

/// <param name="IncludeUsage">Whether the last chunk before the end tells the tokens.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record ChatStreamOptions([property: JsonPropertyName("include_usage")] bool? IncludeUsage);

/// <summary>A message of the conversation.</summary>
/// <param name="Role">user, assistant, or others, which are ignored.</param>
/// <param name="Content">Text, or parts of which those with text count.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record ChatMessage(
    [property: JsonPropertyName("role"), Required] string? Role,
    [property: JsonPropertyName("content")] JsonElement Content)
{
    /// <summary>The text of the message; empty where it has none.</summary>
    internal string Text() => Content.ValueKind switch
    {
        JsonValueKind.String => Content.GetString()!,
        JsonValueKind.Array => string.Join('\n', Content.EnumerateArray()
            .Where(part => part.ValueKind == JsonValueKind.Object
                && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
            .Select(part => part.GetProperty("text").GetString())),
        _ => "",
    };
}

/// <summary>A whole answer, or with <c>delta</c> a part of one.</summary>
/// <param name="Kind">chat.completion or chat.completion.chunk.</param>
/// <param name="Created">Seconds since 1970.</param>
public sealed record ChatCompletion(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("object")] string Kind,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("choices")] IReadOnlyList<ChatChoice> Choices,
    [property: JsonPropertyName("usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TokenUsage? Usage = null);

/// <param name="FinishReason">stop at the end, null before.</param>
public sealed record ChatChoice(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("message"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ChatAnswer? Message,
    [property: JsonPropertyName("delta"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ChatAnswer? Delta,
    [property: JsonPropertyName("finish_reason")] string? FinishReason);

/// <param name="Role">assistant; in a stream in the first part only.</param>
public sealed record ChatAnswer(
    [property: JsonPropertyName("role"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role,
    [property: JsonPropertyName("content"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Content,
    [property: JsonPropertyName("annotations"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<ChatAnnotation>? Annotations = null);

/// <summary>A citation.</summary>
/// <param name="Type">url_citation.</param>
public sealed record ChatAnnotation(
    [property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("url_citation")] UrlCitation Citation);

/// <param name="StartIndex">Of the number in brackets, in characters of the content.</param>
/// <param name="Url">Of the document's page in the web app, where its address is set; else of its bytes, relative to this server.</param>
public sealed record UrlCitation(
    [property: JsonPropertyName("start_index")] int StartIndex,
    [property: JsonPropertyName("end_index")] int EndIndex,
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("title")] string Title);

/// <summary>Tokens as the model counts them, estimated where none has answered or tells them.</summary>
public sealed record TokenUsage(
    [property: JsonPropertyName("prompt_tokens")] long Prompt,
    [property: JsonPropertyName("completion_tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Completion,
    [property: JsonPropertyName("total_tokens")] long Total);
