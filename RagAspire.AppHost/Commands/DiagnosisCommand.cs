using System.Globalization;
using RagAspire.Client;

namespace RagAspire.AppHost.Commands;

/// <summary>The command that says what is wrong, why, and what to do.</summary>
internal static class DiagnosisCommand
{
    public static IResourceBuilder<ProjectResource> WithDiagnosisCommand(
        this IResourceBuilder<ProjectResource> api, ApiAccess access) =>
        api.WithApiCommand(
            ("diagnose", "Diagnose the system"),
            access,
            DiagnoseAsync,
            new CommandOptions
            {
                Description = "Examines every part of the system and shows what is wrong, causes first, with what to do.",
                IconName = "Stethoscope",

                // An unhealthy API can still say why.
                UpdateState = context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
                    ? ResourceCommandState.Enabled
                    : ResourceCommandState.Disabled,
            });

    private static async Task<ExecuteCommandResult> DiagnoseAsync(ApiClient client, ExecuteCommandContext context)
    {
        var report = await client.GetAsync<DiagnosisReport>("operations/diagnostics", context.CancellationToken);
        var unknown = report.Probes.Where(probe => probe.Reason is not null).ToList();
        return CommandResults.Success(
            $"The system is {report.Status}.",
            Markdown.Join(
                string.Create(CultureInfo.InvariantCulture, $"The system is **{report.Status}**; examined in {report.TookMs:0} ms."),
                string.Join("\n\n", report.Findings.Where(finding => finding.SuppressedBy is null).Select(cause => Describe(
                    cause, report.Findings.Where(finding => finding.SuppressedBy == cause.Code)))),
                Markdown.Table(
                    ["Not examined", "Reason"],
                    [.. unknown.Select(probe => new[] { Markdown.Text(probe.Name), Markdown.Text(probe.Reason!) })])),
            CommandResultFormat.Markdown,
            displayImmediately: true);
    }

    private static string Describe(Finding cause, IEnumerable<Finding> consequences) => Markdown.Join(
        $"### {cause.Severity}: {Markdown.Text(cause.Title)} ({cause.Code})",
        Markdown.Text(cause.Symptom),
        $"{Markdown.Text(cause.Impact)} {Markdown.Text(cause.Cause)}",
        Markdown.Table(
            ["Evidence", "Value", "Limit"],
            [
                .. cause.Evidence.Select(row => new[] { Markdown.Text(row.Query), Markdown.Text(row.Value), Markdown.Text(row.Limit ?? "") }),
            ]),
        Markdown.List(cause.Actions),
        string.Join(' ', consequences.Select(finding => $"Follows from it: {Markdown.Text(finding.Symptom)}")));
}
