using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Reports;
using RagAspire.Security;
using RagAspire.Usage;

namespace RagAspire.Api;

/// <summary>Tokens and cost of the models.</summary>
internal static class UsageApi
{
    public static RouteGroupBuilder MapUsage(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/usage").RequireAuthorization(Scopes.OperationsRead, Policies.WholeSystem).WithTags("Operations");
        group.MapGet("", ReportAsync).WithSummary("Tokens and cost of the last day, week or month").ProducesValidationProblem()
            .AsReport<UsageReport>(UsagePage.Describe);
        return api;
    }

    private static async Task<Ok<UsageReport>> ReportAsync(
        [AsParameters] UsageRequest request, UsageReporter reporter, CancellationToken cancellationToken) => TypedResults.Ok(
        await reporter.ReportAsync(EnumWords.Parse<UsagePeriod>(request.Period) ?? UsagePeriod.Day, cancellationToken));
}

/// <summary>Which period to report.</summary>
/// <param name="Period">Day, week or month, each up to now; day when absent.</param>
public sealed record UsageRequest([property: OneOf<UsagePeriod>] string? Period);
