using Microsoft.AspNetCore.Mvc;

namespace RagAspire.Api.OpenAi;

/// <summary>Errors of <see cref="OpenAiApi"/> have the member that OpenAI's clients read, beside those of problem details.</summary>
internal static class OpenAiProblem
{
    public static void Complete(ProblemDetails problem, PathString path)
    {
        if (path.StartsWithSegments(OpenAiApi.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            var errors = (problem as HttpValidationProblemDetails)?.Errors.Values.SelectMany(messages => messages);
            var message = errors?.FirstOrDefault() ?? problem.Detail ?? problem.Title;
            problem.Extensions["error"] = new Error(message, TypeOf(problem.Status), Param: null, Code: null);
        }
    }

    private static string TypeOf(int? status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= StatusCodes.Status500InternalServerError => "server_error",
        _ => "invalid_request_error",
    };

    private sealed record Error(string? Message, string Type, string? Param, string? Code);
}
