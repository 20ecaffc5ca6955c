using System.Globalization;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Worker.Commands;

/// <summary>Prints the outcome of a run, in lines that scripts can parse.</summary>
internal static class ReportDisplay
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Show(MaintenanceRun run)
    {
        Console.WriteLine($"{run.Task}: {run.Status.Word()}{(run.DryRun ? " (dry run)" : "")}, run {run.Id}");
        if (run.Error is { } error)
        {
            Console.Error.WriteLine(error);
        }

        if (run.Report is { } report)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {report.Examined} examined, {report.Changed} changed, {report.Failed} failed"));
            foreach (var name in report.Before.Keys.Union(report.After.Keys).Order(StringComparer.Ordinal))
            {
                Console.WriteLine($"  {name}: {Value(report.Before, name)} -> {Value(report.After, name)}");
            }

            foreach (var note in report.Notes)
            {
                Console.WriteLine($"  - {note}");
            }
        }

        return run.Status switch
        {
            RunStatus.Succeeded => ExitCodes.Success,
            RunStatus.Skipped => ExitCodes.Skipped,
            RunStatus.Cancelled or RunStatus.Interrupted => ExitCodes.Cancelled,
            _ => ExitCodes.Failed,
        };
    }

    private static string Value(IReadOnlyDictionary<string, double> metrics, string name) =>
        metrics.TryGetValue(name, out var value) ? value.ToString("#,0.##", CultureInfo.InvariantCulture) : "-";
}
