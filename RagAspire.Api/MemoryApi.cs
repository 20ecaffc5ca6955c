using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Reports;
using RagAspire.Diagnosis.Memory;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Which part of the history to judge.</summary>
/// <param name="Window">Such as 30m, 6h or 1d, up to 14d; absent for the last hour and the last day.</param>
public sealed record MemoryRequest(string? Window) : IValidatableObject
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(14);

    internal TimeSpan? Parsed => Durations.Parse(Window);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Window is not null && (Parsed is null || Parsed > Longest))
        {
            yield return new ValidationResult(
                "The window must be a time such as 30m, 6h or 1d, of 14d at most.", [nameof(Window)]);
        }
    }
}

/// <summary>The memory of every service, judged.</summary>
internal static class MemoryApi
{
    public static RouteGroupBuilder MapMemory(this RouteGroupBuilder api)
    {
        api.MapGet("/operations/memory", ExamineAsync)
            .RequireAuthorization(Scopes.OperationsRead, Policies.WholeSystem)
            .WithTags("Operations")
            .WithSummary("Judge whether the memory of a service keeps growing")
            .ProducesValidationProblem()
            .AsReport<MemoryReport>(MemoryPage.Describe);
        return api;
    }

    private static async Task<Ok<MemoryReport>> ExamineAsync(
        [AsParameters] MemoryRequest request, MemoryDiagnosis memory, CancellationToken cancellationToken) =>
        TypedResults.Ok(await memory.ExamineAsync(request.Parsed, cancellationToken));
}
