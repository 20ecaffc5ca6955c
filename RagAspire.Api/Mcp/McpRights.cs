using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using RagAspire.Security.Users;

namespace RagAspire.Api.Mcp;

/// <summary>Gives a caller the rights that count for what is called, before they are checked.</summary>
internal static class McpRights
{
    public static McpRequestHandler<CallToolRequestParams, CallToolResult> OfTool(
        McpRequestHandler<CallToolRequestParams, CallToolResult> next) => (context, cancellationToken) =>
    {
        Narrow(context);
        return next(context, cancellationToken);
    };

    public static McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> OfResource(
        McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> next) => (context, cancellationToken) =>
    {
        Narrow(context);
        return next(context, cancellationToken);
    };

    private static void Narrow<T>(RequestContext<T> context) =>
        context.User = context.User?.InCall(context.MatchedPrimitive?.Metadata ?? []);
}
