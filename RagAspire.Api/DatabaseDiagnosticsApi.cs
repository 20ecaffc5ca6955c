using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Reports;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>How deep to examine the database.</summary>
/// <param name="Indexes">Also read the indexes to find damage, which takes some seconds.</param>
public sealed record DatabaseDiagnosisRequest(bool Indexes = false);

/// <summary>The database doctor for operators; it changes nothing.</summary>
internal static class DatabaseDiagnosticsApi
{
    public static RouteGroupBuilder MapDatabaseDiagnostics(this RouteGroupBuilder api)
    {
        api.MapGet("/operations/diagnostics/database", ExamineAsync)
            .RequireAuthorization(Scopes.OperationsRead, Policies.WholeSystem).WithTags("Operations")
            .WithSummary("Examine the database: what is wrong, its figures, log and disk")
            .AsReport<DatabaseReport>(Describe);
        return api;
    }

    private static async Task<Ok<DatabaseReport>> ExamineAsync(
        [AsParameters] DatabaseDiagnosisRequest request, DatabaseDoctor doctor, CancellationToken cancellationToken) =>
        TypedResults.Ok(await doctor.ExamineAsync(request.Indexes, cancellationToken));

    private static Report Describe(DatabaseReport report) => new(
        "Database",
        new ReportStatus(DiagnosisPage.Level(report.Status), report.Status.Word(), $"{report.Findings.Count} findings in {report.TookMs:0} ms"),
        report.At,
        [
            new ReportSection("Server",
            [
                new ReportFacts(
                [
                    new ReportFact("Address", $"{report.Server.Host}:{report.Server.Port}"),
                    new ReportFact("Database", report.Server.Database),
                    new ReportFact("Version", report.Server.Version ?? "no answer"),
                    .. report.Disks.Select(disk => new ReportFact(
                        "Disk", $"{disk.Path}: {disk.FreeBytes >> 20} of {disk.SizeBytes >> 20} MiB free ({disk.UsedShare:P0} used)")),
                ]),
            ]),
            .. report.Findings.Where(finding => finding.SuppressedBy is null).Select(cause => DiagnosisPage.Section(
                cause, report.Findings.Where(finding => finding.SuppressedBy == cause.Code))),
            new ReportSection("Figures",
            [
                new ReportTable(
                    "Figures and the statements that give them", [new("Figure"), new("Value"), new("Statement")],
                    [.. report.Figures.Select(figure => new ReportCell[] { figure.Name, figure.Value, OneLine(figure.Query) })]),
            ]),
            new ReportSection("Slowest statements",
            [
                new ReportTable(
                    "Statements that took the most time in all",
                    [new("Statement"), new("Calls", IsNumber: true), new("Total ms", IsNumber: true), new("Mean ms", IsNumber: true)],
                    [.. report.Statements.Select(statement => new ReportCell[]
                    {
                        OneLine(statement.Query), $"{statement.Calls}",
                        FormattableString.Invariant($"{statement.TotalMs:0}"), FormattableString.Invariant($"{statement.MeanMs:0.0}"),
                    })]),
            ]),
            new ReportSection("Log", report.Log is { } log
                ? [new ReportText(log.File), new ReportCode(string.Join('\n', log.Lines))]
                : [new ReportText("The server's log is not on this machine.")]),
        ]);

    private static string OneLine(
        string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
