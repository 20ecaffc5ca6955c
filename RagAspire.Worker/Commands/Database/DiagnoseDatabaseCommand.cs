using System.CommandLine;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Worker.Commands.Database;

/// <summary>
/// <c>diagnose database [--fix]</c>: examines the database and, when it is asked to, repairs what can be repaired safely.
/// </summary>
internal static class DiagnoseDatabaseCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Write the report as JSON." };
        var fix = new Option<bool>("--fix")
        {
            Description = "Repair: start the embedded PostgreSQL, end sessions that are idle in a transaction beyond the limit, "
                + "rebuild invalid indexes, and drop what failed rebuilds have left. Asks before each.",
        };
        var yes = new Option<bool>("--yes", "-y") { Description = "With --fix: do not ask." };
        var command = new Command("database", "Examines the database: what is wrong, its figures, log and disk.") { json, fix, yes };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(json), parsed.GetValue(fix), parsed.GetValue(yes), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool json, bool fix, bool yes, CancellationToken cancellationToken)
    {
        if (fix && !yes && Console.IsInputRedirected)
        {
            throw new CommandException("--fix asks before each repair: run it on a terminal, or add --yes.", ExitCodes.Usage);
        }

        EmbeddedDatabase.UseIfNothingIsConfigured();
        using var host = CommandHost.Create();
        var doctor = host.Services.GetRequiredService<DatabaseDoctor>();
        var report = await doctor.ExamineAsync(withIndexes: true, cancellationToken);
        Show(report, json);
        if (fix)
        {
            var repairs = ActivatorUtilities.CreateInstance<DatabaseRepairs>(host.Services);
            report = await RepairSession.RunAsync(doctor, report, repairs, yes, cancellationToken);
        }

        return ExitCodes.Of(report.Status);
    }

    private static void Show(DatabaseReport report, bool json) =>
        Console.WriteLine(json ? DatabaseReportJson.Render(report) : DatabaseReportText.Render(report));
}
