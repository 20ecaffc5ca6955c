using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using ModelContextProtocol.Server;
using RagAspire.Capacity;
using RagAspire.Diagnosis;
using RagAspire.Maintenance.Runs;
using RagAspire.Monitoring;
using RagAspire.Security;

namespace RagAspire.Api.Mcp;

/// <summary>Seeing and running the system.</summary>
[McpServerToolType]
internal sealed class OperationTools
{
    [McpServerTool(Name = "diagnose", Title = "Diagnose the system", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Says what is wrong with the system, causes first, with evidence and what to do.")]
    [Authorize(Policy = Scopes.OperationsRead)]
    [Authorize(Policy = Policies.WholeSystem)]
    public static Task<DiagnosisReport> DiagnoseAsync(
        DiagnosisService diagnosis,
        [Description("How far to look back, such as 1h.")] string? since = null,
        CancellationToken cancellationToken = default) =>
        diagnosis.DiagnoseAsync(DiagnosticsApi.Range(since), cancellationToken);

    [McpServerTool(Name = "list_alerts", Title = "List alerts", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Lists alerts, newest first. get_runbook says what to do about each.")]
    [Authorize(Policy = Scopes.OperationsRead)]
    [Authorize(Policy = Policies.WholeSystem)]
    public static Task<Page<AlertRecord>> AlertsAsync(
        AlertStore alerts,
        [Description("firing or resolved; both when absent.")] string? status = null,
        [Description("How many, 1 to 500.")] int limit = 100,
        CancellationToken cancellationToken = default)
    {
        var request = Checked.Valid(new AlertListRequest(status, null, limit));
        return alerts.ListAsync(EnumWords.Parse<AlertStatus>(request.Status), null, request.Limit, cancellationToken);
    }

    [McpServerTool(Name = "get_runbook", Title = "Read a runbook", ReadOnly = true, OpenWorld = false)]
    [Description("What an alert, such as ApiDown, or a finding, such as RAG-D001, means and what to do; as Markdown.")]
    [Authorize(Policy = Scopes.OperationsRead)]
    public static async Task<string> RunbookAsync(
        [Description("The name of the alert, or the code of the finding.")] string name, CancellationToken cancellationToken) =>
        await DocumentationPages.FindAsync("runbooks", name, cancellationToken)
        ?? await DocumentationPages.FindAsync("diagnostics", name, cancellationToken)
        ?? throw new BadHttpRequestException("There is no such runbook.", StatusCodes.Status404NotFound);

    [McpServerTool(
        Name = "run_maintenance", Title = "Run a maintenance task", Destructive = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Starts a maintenance task, such as clean-up or backup. A dry run changes nothing and reports what it would do.")]
    [Authorize(Policy = Scopes.OperationsRun)]
    [Authorize(Policy = Policies.WholeSystem)]
    public static Task<MaintenanceRun> MaintainAsync(
        ClaimsPrincipal user,
        MaintenanceStart maintenance,
        [Description("The name of the task.")] string task,
        [Description("Change nothing.")] bool dryRun = true,
        CancellationToken cancellationToken = default) =>
        maintenance.RequestAsync(task, dryRun, Caller.Of(user).Name, cancellationToken);

    [McpServerTool(Name = "get_maintenance_run", Title = "See a maintenance run", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("The progress or the report of a run that run_maintenance has started.")]
    [Authorize(Policy = Scopes.OperationsRead)]
    [Authorize(Policy = Policies.WholeSystem)]
    public static async Task<MaintenanceRun> RunAsync(
        RunStore runs, [Description("The id of the run.")] Guid id, CancellationToken cancellationToken) =>
        await runs.FindAsync(id, cancellationToken)
        ?? throw new BadHttpRequestException("There is no such run.", StatusCodes.Status404NotFound);

    [McpServerTool(Name = "capacity", Title = "Plan the capacity", ReadOnly = true, OpenWorld = false, UseStructuredContent = true)]
    [Description("Projects what the system uses, says when a limit is reached, and recommends what to do.")]
    [Authorize(Policy = Scopes.OperationsRead)]
    [Authorize(Policy = Policies.WholeSystem)]
    public static Task<CapacityReport> CapacityAsync(
        CapacityPlanner planner,
        [Description("The history to look at, such as 30d.")] string? history = null,
        [Description("How far to look ahead, such as 90d.")] string? ahead = null,
        CancellationToken cancellationToken = default) =>
        planner.PlanAsync(new CapacityQuery(history, ahead, null, null, null).ToRequest(), cancellationToken);
}
