using System.CommandLine;
using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Restore;
using RagAspire.Backups.Targets;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Worker.Commands;

/// <summary>Making, checking and restoring backups by hand.</summary>
internal static class BackupCommands
{
    private const string Own = "ConnectionStrings__ragdb";

    public static IEnumerable<Command> Create() => [Backup(), Verify(), Restore()];

    private static string Actor => $"command line ({Environment.UserName})";

    private static Command Backup()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say how it would be made, how large it may get and whether there is room." };
        var command = new Command("backup", "Makes a backup of the database here and now, and reads it back.") { dryRun };
        command.SetAction((parsed, cancellationToken) => MaintainCommand.RunAsync("backup", parsed.GetValue(dryRun), cancellationToken));
        return command;
    }

    private static Command Verify()
    {
        var backup = Which("The id of a backup, or the directory of one.");
        var command = new Command("verify", "Reads a backup and checks that it is what was written. The database need not be there.") { backup };
        command.SetAction((parsed, cancellationToken) => RunAsync(() => VerifyAsync(parsed.GetRequiredValue(backup), cancellationToken)));
        return command;
    }

    private static Command Restore()
    {
        var backup = Which("The id of a backup, the directory of one, or 'newest'.");
        var into = new Option<string>("--into")
        {
            Description = "A connection string, or the name of a configured one. The database is made where it does not exist; without "
                + "a password in it, PGPASSWORD or a password file is used.",
            Required = true,
        };
        var force = new Option<bool>("--force") { Description = "Drop what the database holds. Without it only an empty one is taken." };
        var command = new Command("restore", "Restores a backup into an empty database, completely or not at all.") { backup, into, force };
        command.SetAction((parsed, cancellationToken) => RunAsync(() => RestoreAsync(
            parsed.GetRequiredValue(backup), parsed.GetRequiredValue(into), parsed.GetValue(force), cancellationToken)));
        return command;
    }

    private static Argument<string> Which(string description) => new("backup") { Description = description };

    private static async Task<int> VerifyAsync(string backup, CancellationToken cancellationToken)
    {
        RequireAnyDatabase("Host=127.0.0.1");
        using var host = CommandHost.Create();
        var verifier = host.Services.GetRequiredService<BackupVerifier>();
        var check = await NotedAsync(host.Services, verifier, backup, cancellationToken);
        Console.WriteLine(check.IsGood ? $"{backup} is good: {check.Says}." : $"{backup} is damaged: {check.Says}");
        return check.IsGood ? ExitCodes.Success : ExitCodes.Failed;
    }

    /// <summary>A check is noted where the database knows the backup; it is made in any case.</summary>
    private static async Task<BackupCheck> NotedAsync(
        IServiceProvider services, BackupVerifier verifier, string backup, CancellationToken cancellationToken)
    {
        try
        {
            if (BackupId.IsOne(backup) && await services.GetRequiredService<BackupStore>().FindAsync(backup, cancellationToken) is not null)
            {
                return await verifier.VerifyAsync(backup, Actor, cancellationToken);
            }
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex) || ex is Npgsql.PostgresException { SqlState: "42P01" })
        {
            await Console.Error.WriteLineAsync($"The check is not noted, because the database cannot be asked: {ex.Message}");
        }

        return await verifier.CheckAsync(backup, cancellationToken);
    }

    private static async Task<int> RestoreAsync(string backup, string into, bool force, CancellationToken cancellationToken)
    {
        var target = into.Contains('=') ? into : Environment.GetEnvironmentVariable($"ConnectionStrings__{into}")
            ?? throw new MaintenanceException($"'{into}' is not a connection string, and ConnectionStrings__{into} is not set.");
        RequireAnyDatabase(target);
        using var host = CommandHost.Create();
        var which = backup != "newest" ? backup
            : await host.Services.GetRequiredService<BackupPlace>().NewestAsync(cancellationToken)
            ?? throw new MaintenanceException($"There is no backup in {host.Services.GetRequiredService<BackupPlace>().Name}.");
        var result = await ProgressDisplay.RunAsync("restore", progress => host.Services.GetRequiredService<RestoreService>().RestoreAsync(
            new RestoreRequest(which, target, force, Actor), (percent, step) => progress.Report(new TaskProgress(percent, step)), cancellationToken));
        Console.WriteLine($"""
            {which} of {result.Manifest.CreatedAt:u} is restored into {result.Database}, after {result.Took.TotalSeconds:0.0} s: {result.Manifest.Tables.Sum(table => table.Rows)} rows, counted.

            What is next:
              1. Start the system on it: {Own} is the connection string. Later migrations are applied then, and the
                 index of each process is filled from it, without embedding again.
              2. With Qdrant, whose points are those of another moment: maintain index-rebuild
              3. What was uploaded after {result.Manifest.CreatedAt:u} is not in it, and has to be uploaded again.
            """);
        return ExitCodes.Success;
    }

    /// <summary>The system's own database may be what was lost, and nothing here needs it.</summary>
    private static void RequireAnyDatabase(string instead)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Own)))
        {
            Environment.SetEnvironmentVariable(Own, instead);
        }
    }

    private static async Task<int> RunAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception ex) when (ex is MaintenanceException or DamagedBackupException)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped. A restore loads all or nothing, so nothing of it is in the database.");
            return ExitCodes.Cancelled;
        }
    }
}
