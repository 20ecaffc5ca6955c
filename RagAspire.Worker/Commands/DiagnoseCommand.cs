using System.CommandLine;
using System.Text.Json;
using RagAspire.Diagnosis;
using RagAspire.Worker.Commands.Database;

namespace RagAspire.Worker.Commands;

/// <summary><c>diagnose [--json] [--since 1h]</c>: examines the whole system from here, with whatever of it is away.</summary>
internal static class DiagnoseCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Write the report as JSON." };
        var since = new Option<string?>("--since") { Description = "How far to look back, such as 30m, 1h or 2d." };
        since.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !DiagnosisRange.TryParse(text, out _))
            {
                result.AddError(DiagnosisRange.Rule);
            }
        });
        var command = new Command(
            "diagnose",
            "Examines the whole system: what is wrong, why, and what to do. The exit code is 0 when it is healthy, 1 with warnings or "
            + "unknown parts, 2 when something is critical.") { json, since, DiagnoseDatabaseCommand.Create() };
        command.SetAction(
            (parsed, cancellationToken) => RunAsync(parsed.GetValue(json), parsed.GetValue(since), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool json, string? since, CancellationToken cancellationToken)
    {
        using var host = CommandHost.Create();
        TimeSpan? range = DiagnosisRange.TryParse(since, out var asked) ? asked : null;
        var report = await host.Services.GetRequiredService<DiagnosisService>().DiagnoseAsync(range, cancellationToken);
        Console.WriteLine(json ? JsonSerializer.Serialize(report, Json) : DiagnosisDisplay.Text(report));
        return ExitCodes.Of(report.Status);
    }
}
