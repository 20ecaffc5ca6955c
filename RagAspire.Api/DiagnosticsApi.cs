using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Reports;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Alerts;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>What is wrong now, why, and what to do; and what was wrong when an alert came.</summary>
internal static class DiagnosticsApi
{
    public static RouteGroupBuilder MapDiagnostics(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations").RequireAuthorization(Scopes.OperationsRead, Policies.WholeSystem).WithTags("Operations");
        group.MapGet("/diagnostics", DiagnoseAsync).AsReport<DiagnosisReport>(DiagnosisPage.Describe)
            .WithSummary("Examine the whole system: what is wrong, why, and what to do");
        group.MapGet("/alerts/{id:long}/diagnosis", OfAlertAsync).AsReport<DiagnosisReport>(DiagnosisPage.Describe)
            .WithSummary("The diagnosis that was made when an alert was received").ProducesProblem(StatusCodes.Status404NotFound);
        return api.MapDatabaseDiagnostics();
    }

    private static async Task<Ok<DiagnosisReport>> DiagnoseAsync(
        string? since, DiagnosisService diagnosis, CancellationToken cancellationToken) =>
        TypedResults.Ok(await diagnosis.DiagnoseAsync(Range(since), cancellationToken));

    /// <exception cref="BadHttpRequestException">400: it is no time.</exception>
    internal static TimeSpan? Range(string? since) => since is null ? null
        : DiagnosisRange.TryParse(since, out var asked) ? asked
        : throw Problems.Bad(DiagnosisRange.Rule);

    private static async Task<Results<Ok<DiagnosisReport>, ProblemHttpResult>> OfAlertAsync(
        long id, AlertReportStore reports, CancellationToken cancellationToken) =>
        await reports.FindAsync(id, cancellationToken) is { } report
            ? TypedResults.Ok(report)
            : Problems.NotFound("Diagnosis of this alert");
}
