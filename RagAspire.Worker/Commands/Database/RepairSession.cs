using System.Globalization;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Worker.Commands.Database;

/// <summary>Offers the repairs one by one, waits for their effect, and says what is left for a person.</summary>
internal static class RepairSession
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <returns>The report after the repairs.</returns>
    public static async Task<DatabaseReport> RunAsync(
        DatabaseDoctor doctor, DatabaseReport report, DatabaseRepairs repairs, bool yes, CancellationToken cancellationToken)
    {
        var available = repairs.For(report);
        if (available.Count == 0)
        {
            Console.WriteLine("There is nothing that --fix can repair.");
        }

        foreach (var repair in available)
        {
            if (yes || Ask(repair.Title))
            {
                Console.WriteLine($"{repair.Title} ...");
                report = await RepairAsync(doctor, repair, cancellationToken);
            }
            else
            {
                Console.WriteLine($"Left: {repair.Title}");
            }
        }

        ShowRest(report);
        return report;
    }

    private static async Task<DatabaseReport> RepairAsync(
        DatabaseDoctor doctor, DatabaseRepair repair, CancellationToken cancellationToken)
    {
        try
        {
            Console.WriteLine($"  {await repair.RunAsync(cancellationToken)}");
        }
        catch (RepairException ex)
        {
            // What failed may have left something behind.
            Console.WriteLine($"  Failed: {ex.Message}");
            return await doctor.ExamineAsync(withIndexes: false, cancellationToken);
        }

        // The effect is what counts, and a server that has just started may need a moment.
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            var report = await doctor.ExamineAsync(withIndexes: false, cancellationToken);
            var isGone = !report.Findings.Any(finding => finding.Code == repair.Code && finding.Subject == repair.Subject);
            if (isGone || waited >= Patience)
            {
                var name = repair.Subject is { } subject ? $"{repair.Code} ({subject})" : repair.Code;
                Console.WriteLine($"  Checked again: {name} is {(isGone ? "gone" : "still there")}.");
                return report;
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static bool Ask(string title)
    {
        Console.Write($"{title}? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static void ShowRest(DatabaseReport report)
    {
        if (report.Findings.Count == 0)
        {
            Console.WriteLine("The database is healthy now.");
            return;
        }

        Console.WriteLine("Left for a person:");
        foreach (var finding in report.Findings)
        {
            Console.WriteLine($"  {finding.Code} {finding.Title}: {finding.Symptom}");
            foreach (var (index, action) in finding.Actions.Index())
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {index + 1}. {action}"));
            }
        }
    }
}
