using System.Net;
using System.Net.Http.Headers;

namespace RagAspire.TestSupport.Walks;

/// <summary>Calls that would show a document, if they could.</summary>
internal sealed class WalkReads(string collection, Random random)
{
    private const string Documents = "/api/v1/documents";

    private static readonly string[] Parts = ["", "/content", "/text", "/chunks", "/events"];

    private static readonly string[] Modes = ["text", "vector", "hybrid"];

    /// <summary>What a key with groups may not see at all.</summary>
    private static readonly string[] Closed =
        ["/api/v1/operations/audit", "/api/v1/operations/usage", "/api/v1/operations/queues", "/api/v1/operations/api-keys"];

    /// <param name="other">Whose session, answer and batch may be tried.</param>
    public WalkCall Next(WalkedDocument target, Walker walker, Walker other) => random.Next(20) switch
    {
        < 5 => ById(WalkCall.Get($"{Documents}/{target.Id}{random.GetItems(Parts, 1)[0]}"), target, walker),
        < 8 => List(target),
        < 12 => Search(target),
        < 14 => Ask(target, walker, other),
        < 17 => ByTool(target, walker, other),
        < 18 => Complete(target),
        _ => Elsewhere(target, walker, other),
    };

    private static WalkCall ById(WalkCall call, WalkedDocument target, Walker walker) => call with
    {
        Named = target,
        Refusal = target.IsHiddenFrom(walker.Group) ? HttpStatusCode.NotFound : null,
    };

    private WalkCall List(WalkedDocument target)
    {
        var condition = $$"""{"field": "metadata.number", "eq": {{target.Number}}}""";
        return WalkCall.Get($"{Documents}?collection={collection}&limit=200" + random.Next(4) switch
        {
            0 => "",
            1 => $"&q={target.Station}",
            2 => $"&externalId={WalkedDocument.ExternalIdOf(target.Number)}",
            _ => $"&filter={Uri.EscapeDataString(condition)}",
        });
    }

    private WalkCall Search(WalkedDocument target)
    {
        var text = $"code word {target.Station}";
        return random.Next(4) == 0
            ? WalkCall.Get($"/api/v1/search?query={Uri.EscapeDataString(text)}&collection={collection}&limit=100")
            : WalkCall.Json(HttpMethod.Post, "/api/v1/search", new
            {
                query = text,
                collection,
                limit = 100,
                mode = random.GetItems(Modes, 1)[0],
                explain = random.Next(2) == 0,
                expected = new[] { target.Id },
                filter = Filter(target),
            }) with
            {
                Named = target,
            };
    }

    private WalkCall Ask(WalkedDocument target, Walker walker, Walker other)
    {
        var session = Session(walker, other);
        var call = WalkCall.Json(HttpMethod.Post, "/api/v1/answers", new
        {
            question = random.Next(2) == 0 ? Question(target) : "And what else is said of it?",
            collection,
            limit = 20,
            sessionId = session,
            filter = Filter(target),
        });
        if (random.Next(3) == 0)
        {
            call.Request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        }

        return Without(call, session, walker);
    }

    private WalkCall Complete(WalkedDocument target) => WalkCall.Json(HttpMethod.Post, "/v1/chat/completions", new
    {
        model = collection,
        stream = random.Next(2) == 0,
        messages = new[] { new { role = "user", content = Question(target) } },
        filter = Filter(target),
    });

    private WalkCall ByTool(WalkedDocument target, Walker walker, Walker other)
    {
        var question = Question(target);
        var filter = Filter(target);
        switch (random.Next(6))
        {
            case 0:
                return WalkCall.Tool("search", new { query = question, collection, limit = 100, filter });
            case 1:
                var sessionId = Session(walker, other);
                var ask = WalkCall.Tool("ask", new { question, collection, sessionId, limit = 20, filter });
                return Without(ask, sessionId, walker);
            case 2:
                var words = random.Next(2) == 0 ? target.Station : null;
                return WalkCall.Tool("list_documents", new { collection, words, limit = 200 });
            case 3:
                return WalkCall.Tool("list_collections", new { });
            case 4:
                return ById(WalkCall.Tool("get_document_text", new { documentId = target.Id }), target, walker);
            default:
                var uri = $"ragaspire://documents/{target.Id}";
                return ById(new WalkCall(McpRequest.Of("resources/read", new { uri })), target, walker);
        }
    }

    private WalkCall Elsewhere(WalkedDocument target, Walker walker, Walker other) => random.Next(8) switch
    {
        0 => WalkCall.Get("/api/v1/collections"),
        1 => WalkCall.Get("/v1/models"),
        2 => WalkCall.Json(HttpMethod.Post, "/v1/embeddings", new { model = "embedding", input = Question(target) }),
        3 => WalkCall.Get($"{Documents}/batches/{walker.Batch ?? $"{Guid.Empty}"}"),
        4 => WalkCall.Get($"{Documents}/batches/{other.Batch ?? $"{Guid.Empty}"}") with { Refusal = HttpStatusCode.NotFound },
        5 => Rate(walker.Answer ?? $"{Guid.Empty}"),
        6 => Rate(other.Answer ?? $"{Guid.Empty}") with { Refusal = HttpStatusCode.NotFound },
        _ => WalkCall.Get(random.Next(2) == 0 ? $"/api/v1/collections/{collection}/export" : random.GetItems(Closed, 1)[0]) with
        {
            Refusal = HttpStatusCode.Forbidden,
        },
    };

    private static WalkCall Rate(string answerId) =>
        WalkCall.Json(HttpMethod.Post, "/api/v1/feedback", new { answerId, relevant = true });

    private string? Session(Walker walker, Walker other) => random.Next(3) == 0 ? other.Session : walker.Session;

    private static WalkCall Without(WalkCall call, string? session, Walker walker) =>
        call with { Foreign = session == walker.Session ? null : session };

    private object? Filter(WalkedDocument target) =>
        random.Next(3) == 0 ? new { field = "metadata.number", eq = target.Number } : null;

    private static string Question(WalkedDocument target) => $"What is the code word of {target.Station}?";
}
