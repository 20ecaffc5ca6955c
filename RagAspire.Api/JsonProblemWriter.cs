using Microsoft.Extensions.Options;

namespace RagAspire.Api;

/// <summary>Writes problem details also to callers that did not ask for JSON, such as a browser that opens a report.</summary>
/// <remarks>The framework's own writer leaves the body empty when <c>Accept</c> does not name JSON.</remarks>
internal sealed class JsonProblemWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        options.Value.CustomizeProblemDetails?.Invoke(context);
        var problem = TypedResults.Problem(context.ProblemDetails).ProblemDetails;

        // By its own type, because that of validation has the errors.
        await context.HttpContext.Response.WriteAsJsonAsync(
            problem, problem.GetType(), options: null, "application/problem+json", context.HttpContext.RequestAborted);
    }
}
