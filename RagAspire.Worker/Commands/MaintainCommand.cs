using System.CommandLine;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Maintenance.Runs;
using RagAspire.Vectors.Sync;

namespace RagAspire.Worker.Commands;

/// <summary><c>maintain [task] [--dry-run]</c>: runs one task here and now, or lists them.</summary>
internal static class MaintainCommand
{
    public static Command Create()
    {
        var task = new Argument<string?>("task")
        {
            Description = "The task's name; without one the tasks are listed.", Arity = ArgumentArity.ZeroOrOne,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing and say what would be changed." };
        var command = new Command("maintain", "Runs a maintenance task here and now, and shows its report.") { task, dryRun };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(task) is { } name
            ? RunAsync(name, parsed.GetValue(dryRun), cancellationToken)
            : Task.FromResult(List()));
        return command;
    }

    /// <summary>Runs a task as the worker would: with its row, its lock, its time limit and its audit entry.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string task, bool dryRun, CancellationToken cancellationToken)
    {
        try
        {
            using var host = await CommandHost.CreateAsync(cancellationToken);
            return await RunAsync(host.Services, task, dryRun, cancellationToken);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            await Console.Error.WriteLineAsync($"The database cannot be reached: {ex.Message}");
            return ExitCodes.Unreachable;
        }
    }

    private static async Task<int> RunAsync(IServiceProvider services, string task, bool dryRun, CancellationToken cancellationToken)
    {
        var catalogue = services.GetRequiredService<TaskRegistry>();
        if (catalogue.Find(task) is not { } wanted)
        {
            await Console.Error.WriteLineAsync(
                $"There is no task '{task}'; the tasks are {string.Join(", ", catalogue.All.Select(known => known.Name).Order())}.");
            return ExitCodes.Usage;
        }

        if (wanted.NeedsIndex)
        {
            await services.GetRequiredService<IndexSync>().StartAsync(cancellationToken);
        }

        await services.GetRequiredService<RunRecovery>().InterruptSilentAsync(cancellationToken);
        var actor = $"command line ({Environment.UserName})";
        var runs = services.GetRequiredService<RunStore>();
        if (await runs.RequestAsync(task, dryRun, actor, cancellationToken) is not { } waiting)
        {
            await Console.Error.WriteLineAsync($"{task} runs already, or waits to.");
            return ExitCodes.Busy;
        }

        var runner = services.GetRequiredService<MaintenanceRunner>();
        var run = await ProgressDisplay.RunAsync(task, progress => runner.RunAsync(waiting, progress, cancellationToken))
            ?? await runs.FindAsync(waiting.Id, CancellationToken.None);
        return ReportDisplay.Show(run!);
    }

    private static int List()
    {
        using var host = CommandHost.Create();
        var catalogue = host.Services.GetRequiredService<TaskRegistry>();
        foreach (var task in catalogue.All.OrderBy(task => task.Name, StringComparer.Ordinal))
        {
            var row = catalogue.RowOf(task.Name);
            Console.WriteLine($"{task.Name,-22} {(row.IsScheduled ? $"{row.Cron} {row.TimeZone}" : "on demand"),-18} {task.Summary}");
        }

        return ExitCodes.Success;
    }
}
