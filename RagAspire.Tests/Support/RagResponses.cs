using System.Text.Json.Nodes;

namespace RagAspire.Tests.Support;

/// <summary>JSON of the API with typed reads of the values that many tests need; the indexer reads the others.</summary>
public abstract record RagResponse(JsonNode Json)
{
    public JsonNode? this[string name] => Json[name];

    public static implicit operator JsonNode(RagResponse response) => response.Json;

    public string ToJsonString() => Json.ToJsonString();

    public sealed override string ToString() => ToJsonString();

    protected T Get<T>(string name) =>
        Json[name] is { } value ? value.GetValue<T>() : throw new InvalidOperationException($"No {name} in {Json.ToJsonString()}");

    protected string? Optional(string name) => Json[name]?.GetValue<string>();

    protected IReadOnlyList<JsonNode> List(string name) => [.. Json[name]!.AsArray().Select(item => item!)];
}

public sealed record DocumentResponse(JsonNode Json) : RagResponse(Json)
{
    public Guid Id => Get<Guid>("id");

    public string Name => Get<string>("name");

    public string Status => Get<string>("status");

    public int Progress => Get<int>("progress");

    public int Version => Get<int>("version");

    public int? ReadyVersion => Json["readyVersion"]?.GetValue<int>();

    public string? Error => Optional("error");

    public bool IsProcessed => Status is "ready" or "failed";

    public int? Embedded => Json["embedding"]?["done"]?.GetValue<int>();

    public bool IsEmbedded => IsProcessed && Embedded is var done && (done is null || done == Json["embedding"]!["of"]!.GetValue<int>());
}

public sealed record HitResponse(JsonNode Json) : RagResponse(Json)
{
    public Guid DocumentId => Get<Guid>("documentId");

    public string DocumentName => Get<string>("documentName");

    public Guid ChunkId => Get<Guid>("chunkId");

    public string Text => Get<string>("text");
}

public sealed record SearchResponse(JsonNode Json) : RagResponse(Json)
{
    public Guid SearchId => Get<Guid>("searchId");

    public IReadOnlyList<HitResponse> Hits => [.. List("hits").Select(hit => new HitResponse(hit))];

    public string Mode => Get<string>("mode");

    public string? Degraded => Optional("degraded");

    public bool Cached => Get<bool>("cached");
}

public sealed record CitationResponse(JsonNode Json) : RagResponse(Json)
{
    public int Number => Get<int>("number");

    public string DocumentName => Get<string>("documentName");

    public Guid ChunkId => Get<Guid>("chunkId");

    public string Quote => Get<string>("quote");
}

public sealed record AnswerResponse(JsonNode Json) : RagResponse(Json)
{
    public Guid AnswerId => Get<Guid>("answerId");

    public Guid SessionId => Get<Guid>("sessionId");

    public string Answer => Get<string>("answer");

    public string Kind => Get<string>("kind");

    public string? Model => Optional("model");

    public IReadOnlyList<CitationResponse> Citations => [.. List("citations").Select(citation => new CitationResponse(citation))];

    public string? Degraded => Optional("degraded");

    public bool Cached => Get<bool>("cached");
}

/// <summary>A server-sent event.</summary>
public sealed record EventResponse(string Name, JsonNode Data)
{
    /// <summary>The events of a whole response.</summary>
    public static IReadOnlyList<EventResponse> Parse(string text) =>
    [
        .. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item =>
        {
            var lines = item.Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.StartsWith("event: ", lines[0], StringComparison.Ordinal);
            Assert.StartsWith("data: ", lines[1], StringComparison.Ordinal);
            return new EventResponse(lines[0]["event: ".Length..], JsonNode.Parse(lines[1]["data: ".Length..])!);
        }),
    ];
}
