using System.CommandLine;
using System.Globalization;
using RagAspire.Backups.Drill;
using RagAspire.Backups.Files;
using RagAspire.Backups.Signing;
using RagAspire.Maintenance;

namespace RagAspire.Worker.Commands;

/// <summary><c>upgrade-check</c>: whether this version can take over the data of a backup.</summary>
internal static class UpgradeCommand
{
    public static Command Create()
    {
        var backup = new Argument<string>("backup")
        {
            Description = "The id of a backup, the directory of one, or 'newest'.",
            DefaultValueFactory = _ => "newest",
        };
        var acceptUnsigned = new Option<bool>("--accept-unsigned") { Description = "Take a backup without a trusted signature." };
        var command = new Command(
            "upgrade-check",
            "Restores a backup beside the live database, migrates it to this version and compares everything. The live database "
            + "is not changed.") { backup, acceptUnsigned };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(backup)!, parsed.GetValue(acceptUnsigned), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string backup, bool acceptUnsigned, CancellationToken cancellationToken)
    {
        using var host = CommandHost.Create();
        var check = host.Services.GetRequiredService<UpgradeCheck>();
        try
        {
            var id = backup != "newest" ? backup
                : await check.NewestAsync(acceptUnsigned, PassedOver, cancellationToken)
                ?? throw new MaintenanceException("There is no backup that can be trusted.");
            var verdict = await ProgressDisplay.RunAsync("upgrade-check", progress => check.RunAsync(
                id, acceptUnsigned, $"command line ({Environment.UserName})",
                (percent, step) => progress.Report(new TaskProgress(percent, step)), cancellationToken));
            Console.WriteLine(Text(verdict));
            return verdict.IsGood ? ExitCodes.Success : ExitCodes.Failed;
        }
        catch (Exception ex) when (ex is MaintenanceException or DamagedBackupException or UntrustedBackupException)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return ExitCodes.Failed;
        }
    }

    private static string Text(UpgradeVerdict verdict) => string.Join('\n',
    [
        $"{verdict.Backup} of version {verdict.Product}",
        .. verdict.Steps.Select(step => string.Create(
            CultureInfo.InvariantCulture,
            $"  {(step.IsGood ? "good" : "BAD"),-5}{step.Name,-12}{step.Took.TotalSeconds,8:0.0} s  {step.Result}")),
        verdict.IsGood
            ? "This version can take over the data."
            : "Do not upgrade: something that was in the backup is not there, or not found, afterwards.",
    ]);

    private static void PassedOver(string backup, string reason) =>
        Console.Error.WriteLine($"{backup} is newer and was passed over. {reason}");
}
