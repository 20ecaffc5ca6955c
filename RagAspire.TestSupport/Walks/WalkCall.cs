using System.Net;
using System.Net.Http.Json;

namespace RagAspire.TestSupport.Walks;

/// <summary>What a call does to documents where it succeeds.</summary>
internal enum WalkEffect
{
    None,
    Create,
    Change,
    Delete,

    /// <summary>Uploads the bytes of a document once more.</summary>
    Copy,
}

/// <summary>One call of a walk, and how it has to end.</summary>
internal sealed record WalkCall(HttpRequestMessage Request) : IDisposable
{
    public WalkEffect Effect { get; init; }

    /// <summary>The document whose id the call names, which the answer may repeat.</summary>
    public WalkedDocument? Named { get; init; }

    /// <summary>The status by which it has to be refused, by MCP any failure; null where it may succeed.</summary>
    public HttpStatusCode? Refusal { get; init; }

    /// <summary>What the answer may not repeat: the id of a session of another key.</summary>
    public string? Foreign { get; init; }

    /// <summary>Which text it uploads.</summary>
    public int? Edition { get; init; }

    private bool IsMcp => $"{Request.RequestUri}".EndsWith("/mcp", StringComparison.Ordinal);

    public static WalkCall Get(string path) => new(new HttpRequestMessage(HttpMethod.Get, path));

    public static WalkCall Json(HttpMethod method, string path, object body) =>
        new(new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, body.GetType()) });

    public static WalkCall Tool(string name, object arguments) => new(McpRequest.Tool(name, arguments));

    public bool HasSucceeded(WalkAnswer answer) => (int)answer.Status is >= 200 and < 300 && !(IsMcp && answer.IsFailedTool);

    /// <returns>What is wrong with an answer; null for nothing.</returns>
    public string? Fault(WalkAnswer answer) =>
        (int)answer.Status >= 500 && answer.Status != HttpStatusCode.ServiceUnavailable ? "it failed"
        : Foreign is { } foreign && answer.Text.Contains(foreign, StringComparison.Ordinal) ? $"{foreign} is of another key"
        : Refusal is { } due && !(IsMcp ? answer.IsFailedTool : answer.Status == due) ? $"{(int)due} was due"
        : null;

    public void Dispose() => Request.Dispose();
}
