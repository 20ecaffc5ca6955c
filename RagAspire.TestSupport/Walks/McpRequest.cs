using System.Net.Http.Json;

namespace RagAspire.TestSupport.Walks;

/// <summary>A call by the Model Context Protocol without a client of it, to see the response as it is.</summary>
public static class McpRequest
{
    public static HttpRequestMessage Tool(string name, object arguments) => Of("tools/call", new { name, arguments });

    public static HttpRequestMessage Of(string method, object? parameters = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = JsonContent.Create(new { jsonrpc = "2.0", id = 1, method, @params = parameters ?? new { } }),
        };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        return request;
    }
}
