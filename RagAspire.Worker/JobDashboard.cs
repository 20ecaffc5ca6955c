using Hangfire;
using RagAspire.Security;

namespace RagAspire.Worker;

/// <summary>Hangfire's pages, for keys that may run maintenance; a browser sends the key as the password.</summary>
internal static class JobDashboard
{
    public static readonly string[] Required = [Scopes.OperationsRead, Scopes.OperationsRun, Policies.WholeSystem];

    public static DashboardOptions Options { get; } = new()
    {
        DashboardTitle = "RagAspire jobs",

        // The endpoint's policy decides; Hangfire's default rule would allow every local request.
        Authorization = [],
        DisplayStorageConnectionString = false,
    };

    /// <summary>Refuses requests on which Hangfire fails: it reads a form where there is none.</summary>
    public static IApplicationBuilder UseJobDashboardGuard(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var request = context.Request;
        var isPost = HttpMethods.IsPost(request.Method);
        if (!request.Path.StartsWithSegments("/hangfire", StringComparison.OrdinalIgnoreCase, out var rest)
            || (isPost ? request.HasFormContentType : rest != "/stats"))
        {
            return next(context);
        }

        return TypedResults.Problem(
            "The job pages take forms by POST.",
            statusCode: isPost ? StatusCodes.Status415UnsupportedMediaType : StatusCodes.Status405MethodNotAllowed)
            .ExecuteAsync(context);
    });
}
