using System.CommandLine;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Usage;
using RagAspire.Vectors.Sync;

namespace RagAspire.Worker.Commands;

/// <summary><c>maintain [task] [--dry-run]</c>: runs one task in this process, or lists the tasks.</summary>
internal static class MaintainCommand
{
    public static Command Create()
    {
        var task = new Argument<string?>("task")
        {
            Description = "The task's name; without one the tasks are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing and report what would be changed." };
        var command = new Command("maintain", "Runs a maintenance task now, and shows its report.") { task, dryRun };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(task) is { } name
            ? RunAsync(name, parsed.GetValue(dryRun), cancellationToken)
            : Task.FromResult(List()));
        return command;
    }

    /// <summary>Runs a task like the worker does: with a row, a lock, a time limit and an audit entry.</summary>
    /// <param name="argument">The object of the run; null for the task's default.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(
        string task, bool dryRun, CancellationToken cancellationToken, string? argument = null)
    {
        try
        {
            using var host = await CommandHost.CreateAsync(cancellationToken);
            try
            {
                return await RunAsync(host.Services, task, dryRun, argument, cancellationToken);
            }
            finally
            {
                // A command has no background services, and a task may have called a model.
                await host.Services.GetRequiredService<UsageWriter>().TryFlushAsync();
            }
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            await Console.Error.WriteLineAsync($"The database cannot be reached: {ex.Message}");
            return ExitCodes.Unreachable;
        }
    }

    private static async Task<int> RunAsync(
        IServiceProvider services, string task, bool dryRun, string? argument, CancellationToken cancellationToken)
    {
        var tasks = services.GetRequiredService<TaskRegistry>();
        if (tasks.Find(task) is not { } wanted)
        {
            await Console.Error.WriteLineAsync(
                $"There is no task '{task}'; the tasks are {string.Join(", ", tasks.All.Select(known => known.Name).Order())}.");
            return ExitCodes.Usage;
        }

        if (wanted.NeedsIndex)
        {
            await services.GetRequiredService<IndexSync>().StartAsync(cancellationToken);
        }

        await services.GetRequiredService<RunRecovery>().InterruptDeadAsync(cancellationToken);
        var actor = $"command line ({Environment.UserName})";
        var runs = services.GetRequiredService<RunStore>();
        if (await runs.RequestAsync(task, dryRun, actor, cancellationToken, argument) is not { } queued)
        {
            await Console.Error.WriteLineAsync($"{task} is running or queued already.");
            return ExitCodes.Busy;
        }

        var runner = services.GetRequiredService<MaintenanceRunner>();
        var run = await ProgressDisplay.RunAsync(task, progress => runner.RunAsync(queued, progress, cancellationToken))
            ?? await runs.FindAsync(queued.Id, CancellationToken.None);
        return ReportDisplay.Show(run!);
    }

    private static int List()
    {
        using var host = CommandHost.Create();
        var tasks = host.Services.GetRequiredService<TaskRegistry>();
        foreach (var task in tasks.All.OrderBy(task => task.Name, StringComparer.Ordinal))
        {
            var row = tasks.RowOf(task.Name);
            var times = row.IsScheduled ? $"{row.Cron} {row.TimeZone}" : "on request";
            Console.WriteLine($"{task.Name,-22} {times,-18} {task.Summary}");
        }

        return ExitCodes.Success;
    }
}
