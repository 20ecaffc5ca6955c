using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RagAspire.Database;
using RagAspire.Documents.Intake;
using RagAspire.Vectors;

namespace RagAspire.Api;

/// <summary>Every error is a problem (RFC 9457) with a trace id, a reason, and never a stack trace.</summary>
public static class Problems
{
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<ProblemExceptionHandler>();
        return services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            context.ProblemDetails.Detail ??= Reason(context.ProblemDetails.Status);
            context.ProblemDetails.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
        });
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException or OperationCanceledException });
        app.UseStatusCodePages();
    }

    /// <summary>A 400 that names what is wrong.</summary>
    public static BadHttpRequestException Bad(string reason) => new(reason);

    public static ProblemHttpResult NotFound(string what) =>
        TypedResults.Problem($"There is no such {what}.", statusCode: StatusCodes.Status404NotFound);

    /// <summary>What the pipeline's own refusals, which come without a reason, mean here.</summary>
    private static string? Reason(int? status) => status switch
    {
        StatusCodes.Status401Unauthorized => "Send a valid API key, as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'.",
        StatusCodes.Status403Forbidden => "This API key does not have the scope that this call needs.",
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => "This address does not take that method.",
        StatusCodes.Status415UnsupportedMediaType => "Uploads are sent as multipart/form-data, everything else as application/json.",
        StatusCodes.Status429TooManyRequests => "This key asks too often: wait for the seconds in Retry-After.",
        StatusCodes.Status503ServiceUnavailable => "The request took too long.",
        _ => null,
    };
}

/// <summary>Says what an exception means to a client.</summary>
public sealed partial class ProblemExceptionHandler(IProblemDetailsService problems, ILogger<ProblemExceptionHandler> logger)
    : IExceptionHandler
{
    private const string RetryAfterSeconds = "2";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = ToProblem(exception);
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            Log.Unavailable(logger, httpContext.Request.Path, exception.Message);
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
    }

    internal static ProblemDetails ToProblem(Exception exception) => exception switch
    {
        BadHttpRequestException bad => new ProblemDetails { Status = bad.StatusCode, Detail = Reason(bad) },
        DuplicateContentException duplicate => new ProblemDetails { Status = StatusCodes.Status409Conflict, Detail = duplicate.Message },
        OperationCanceledException => Unavailable("The request took too long."),
        VectorIndexUnavailableException => Unavailable("The vector index cannot be asked at the moment."),
        _ when Unavailability.IsTimeout(exception) => Unavailable("The database did not answer in time."),
        _ when Unavailability.IsUnavailable(exception) => Unavailable("The database cannot be reached at the moment."),
        _ => new ProblemDetails { Status = StatusCodes.Status500InternalServerError, Detail = "Something went wrong on our side." },
    };

    private static ProblemDetails Unavailable(string detail) =>
        new() { Status = StatusCodes.Status503ServiceUnavailable, Detail = detail };

    /// <summary>A body that is not the JSON that was asked for says so in the inner exception, without our type names.</summary>
    private static string Reason(BadHttpRequestException exception) => exception.InnerException is System.Text.Json.JsonException json
        ? $"The body is not valid JSON for this call{(json.Path is { } path ? $" at {path}" : "")}."
        : exception.Message;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Path} cannot be answered now: {Reason}")]
        public static partial void Unavailable(ILogger logger, string path, string reason);
    }
}
