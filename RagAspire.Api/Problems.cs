using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RagAspire.Answers.Sessions;
using RagAspire.Api.OpenAi;
using RagAspire.Api.Security;
using RagAspire.Database;
using RagAspire.Documents.Intake;
using RagAspire.Security;
using RagAspire.Security.Users;
using RagAspire.Transfer;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Api;

/// <summary>Problem details (RFC 9457) for every error, with a trace id and a reason, and never a stack trace.</summary>
public static class Problems
{
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            context.ProblemDetails.Detail ??=
                context.HttpContext.Features.Get<RefusedCaller>()?.Reason ?? Reason(context.ProblemDetails.Status);
            AddTraceId(context.ProblemDetails, context.HttpContext.TraceIdentifier);
            OpenAiProblem.Complete(context.ProblemDetails, context.HttpContext.Request.Path);
        });

        // After the framework's own writer, which goes first where it can write.
        return services.AddRefusedRequests().AddSingleton<IProblemDetailsWriter, JsonProblemWriter>();
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseRefusedRequests();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException or OperationCanceledException,
        });
        app.UseStatusCodePages();
        app.UseKnownCharsets();
        app.UseStorableText();
    }

    /// <summary>An error 400 with a reason.</summary>
    public static BadHttpRequestException Bad(string reason) => new(reason);

    public static ProblemHttpResult NotFound(string what) =>
        TypedResults.Problem($"There is no such {what}.", statusCode: StatusCodes.Status404NotFound);

    public static void AddTraceId(ProblemDetails problem, string? fallback = null) =>
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? fallback;

    /// <summary>The reason of an error that the framework answers with a bare status code.</summary>
    private static string? Reason(int? status) => status switch
    {
        StatusCodes.Status401Unauthorized => "Send a valid API key, as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'.",
        StatusCodes.Status403Forbidden => "This API key does not have the scope that is required for this call.",
        StatusCodes.Status404NotFound => "There is no endpoint at this address.",
        StatusCodes.Status405MethodNotAllowed => "This endpoint does not support the method.",
        StatusCodes.Status415UnsupportedMediaType => "Send uploads as multipart/form-data, and everything else as application/json.",
        StatusCodes.Status429TooManyRequests => "This key exceeds its rate limit: wait for the seconds in Retry-After.",
        StatusCodes.Status503ServiceUnavailable => "The request took too long.",
        _ => null,
    };
}

/// <summary>Translates exceptions to problem details.</summary>
public sealed partial class ProblemExceptionHandler(
    IProblemDetailsService problems,
    UsageMetrics usage,
    ApiMetrics metrics,
    DatabaseDisk disk,
    ILogger<ProblemExceptionHandler> logger)
    : IExceptionHandler
{
    private const string RetryAfterSeconds = "2";
    private const string FreeSpaceAfterSeconds = "30";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = disk.Explain(ToProblem(exception), exception, httpContext);
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            Log.Unavailable(logger, httpContext.Request.Path, exception.Message);
        }

        if (problem.Status == StatusCodes.Status429TooManyRequests)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
        }

        if (problem.Status == StatusCodes.Status507InsufficientStorage)
        {
            httpContext.Response.Headers.RetryAfter = FreeSpaceAfterSeconds;
            Log.DiskFull(logger, httpContext.Request.Path, exception.Message);
        }

        if (problem.Status == StatusCodes.Status408RequestTimeout)
        {
            metrics.Refused(RefusalLimits.UploadSpeed);
        }

        if (exception is BudgetExceededException budget)
        {
            httpContext.Response.Headers.RetryAfter =
                Math.Max(1, Math.Ceiling(budget.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            usage.Refused(Caller.Of(httpContext.User).Tag);
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
    }

    internal static ProblemDetails ToProblem(Exception exception) => exception switch
    {
        BadHttpRequestException bad => new ProblemDetails { Status = bad.StatusCode, Detail = Reason(bad) },
        DuplicateContentException or ExternalIdTakenException or AttachedDocumentException or SourceDocumentException =>
            new ProblemDetails { Status = StatusCodes.Status409Conflict, Detail = exception.Message },
        TransferException transfer => new ProblemDetails { Status = StatusCodes.Status400BadRequest, Detail = transfer.Message },
        OperationCanceledException => Unavailable("The request took too long."),
        BudgetExceededException budget => new ProblemDetails
        {
            Status = StatusCodes.Status429TooManyRequests,
            Detail = budget.Message,
        },
        SessionLimitException limit => new ProblemDetails
        {
            Status = StatusCodes.Status429TooManyRequests,
            Detail = limit.Message,
        },
        _ when DiskSpace.IsExhausted(exception) => new ProblemDetails
        {
            Status = StatusCodes.Status507InsufficientStorage,
            Detail = "There is no space left on a disk of the system: nothing was stored.",
        },
        EmbeddingUnavailableException => Unavailable("The embedding model cannot be reached at the moment."),
        VectorIndexUnavailableException => Unavailable("The vector index cannot be reached at the moment."),
        _ when Unavailability.IsUnstorableText(exception) => new ProblemDetails
        {
            Status = StatusCodes.Status400BadRequest,
            Detail = StorableText.Reason,
        },
        _ when Unavailability.IsTimeout(exception) => Unavailable("The database did not answer in time."),
        _ when Unavailability.IsUnavailable(exception) => Unavailable("The database cannot be reached at the moment."),
        _ => new ProblemDetails { Status = StatusCodes.Status500InternalServerError, Detail = "An internal error occurred." },
    };

    private static ProblemDetails Unavailable(string detail) =>
        new() { Status = StatusCodes.Status503ServiceUnavailable, Detail = detail };

    /// <summary>The reason for an invalid body, without the type names that the exception of the serialiser contains.</summary>
    private static string Reason(BadHttpRequestException exception) => exception.InnerException switch
    {
        BodyRuleException rule => rule.Message,
        JsonException json when UnknownMember().Match(json.Message) is { Success: true } unknown =>
            $"The body has a member that this call does not know: '{unknown.Groups[1].Value}'.",
        JsonException json => $"The body is not valid JSON for this call{(json.Path is { } path ? $" at {path}" : "")}.",
        _ => exception.Message,
    };

    [GeneratedRegex("^The JSON property '(.{1,200})' could not be mapped", RegexOptions.Singleline)]
    private static partial Regex UnknownMember();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Request to {Path} failed because a store is unavailable: {Reason}")]
        public static partial void Unavailable(ILogger logger, string path, string reason);

        [LoggerMessage(2, LogLevel.Error, "Request to {Path} failed because a disk is full: {Reason}")]
        public static partial void DiskFull(ILogger logger, string path, string reason);
    }
}
