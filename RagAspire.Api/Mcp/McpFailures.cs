using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace RagAspire.Api.Mcp;

/// <summary>A failed call is one sentence for the model, the same that the HTTP API gives, and never a stack trace.</summary>
internal static partial class McpFailures
{
    public static McpRequestHandler<CallToolRequestParams, CallToolResult> OfTool(
        McpRequestHandler<CallToolRequestParams, CallToolResult> next) => async (context, cancellationToken) =>
    {
        try
        {
            return await next(context, cancellationToken);
        }
        catch (Exception ex) when (IsAnswered(ex, cancellationToken))
        {
            var reason = new TextContentBlock { Text = Reason(ex, context.Services) };
            return new CallToolResult { IsError = true, Content = [reason] };
        }
    };

    public static McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> OfResource(
        McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> next) => async (context, cancellationToken) =>
    {
        try
        {
            return await next(context, cancellationToken);
        }
        catch (Exception ex) when (IsAnswered(ex, cancellationToken))
        {
            throw new McpException(Reason(ex, context.Services), ex);
        }
    };

    private static bool IsAnswered(Exception exception, CancellationToken cancellationToken) =>
        exception is not McpException && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private static string Reason(Exception exception, IServiceProvider? services)
    {
        var problem = ProblemExceptionHandler.ToProblem(exception);
        if (problem.Status == StatusCodes.Status500InternalServerError && services is not null)
        {
            Log.Failed(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(McpFailures)), exception);
        }

        return problem.Detail ?? "An internal error occurred.";
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A call by the Model Context Protocol failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
