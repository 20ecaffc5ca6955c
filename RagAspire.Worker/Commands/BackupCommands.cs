using System.CommandLine;
using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Restore;
using RagAspire.Backups.Signing;
using RagAspire.Backups.Targets;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Worker.Commands;

/// <summary>The commands <c>backup</c>, <c>verify</c> and <c>restore</c>.</summary>
internal static class BackupCommands
{
    private const string DatabaseVariable = "ConnectionStrings__ragdb";

    public static IEnumerable<Command> Create() => [Backup(), Verify(), Restore()];

    private static string Actor => $"command line ({Environment.UserName})";

    private static Command Backup()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only estimate the size and check the free space." };
        var command = new Command("backup", "Makes a backup of the database and verifies it.") { dryRun };
        command.SetAction((parsed, cancellationToken) => MaintainCommand.RunAsync(
            "backup", parsed.GetValue(dryRun), cancellationToken));
        return command;
    }

    private static Command Verify()
    {
        var backup = new Argument<string>("backup") { Description = "The id of a backup, or the directory of one." };
        var command = new Command(
            "verify", "Reads a backup and compares it with its checksums. The database is not needed.") { backup };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            () => VerifyAsync(parsed.GetRequiredValue(backup), cancellationToken)));
        return command;
    }

    private static Command Restore()
    {
        var backup = new Argument<string>("backup") { Description = "The id of a backup, the directory of one, or 'newest'." };
        var into = new Option<string>("--into")
        {
            Description = "A connection string, or the name of a configured one. The database is created where it does not "
                + "exist. Without a password in the connection string, PGPASSWORD or a password file is used.",
            Required = true,
        };
        var force = new Option<bool>("--force") { Description = "Drop the contents of a database that is not empty." };
        var acceptUnsigned = new Option<bool>("--accept-unsigned")
        {
            Description = "Restore a backup without a signature, as earlier versions made, or with that of an unknown key. Nothing "
                + "proves then who wrote it.",
        };
        var command = new Command(
            "restore", "Restores a backup into an empty database, completely or not at all.")
        {
            backup, into, force, acceptUnsigned,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(() => RestoreAsync(
            new RestoreRequest(
                parsed.GetRequiredValue(backup), parsed.GetRequiredValue(into), parsed.GetValue(force), Actor)
            {
                AcceptUnsigned = parsed.GetValue(acceptUnsigned),
            },
            cancellationToken)));
        return command;
    }

    private static async Task<int> VerifyAsync(string backup, CancellationToken cancellationToken)
    {
        SetDatabaseIfMissing("Host=127.0.0.1");
        using var host = CommandHost.Create();
        var result = await VerifyAsync(host.Services, backup, cancellationToken);
        Console.WriteLine(
            result.IsGood ? $"{backup} is good: {result.Details}." : $"{backup} is {result.Status.Word()}: {result.Details}");
        return result.IsGood ? ExitCodes.Success : ExitCodes.Failed;
    }

    /// <summary>Records the result where the database is available and knows the backup.</summary>
    private static async Task<VerificationResult> VerifyAsync(
        IServiceProvider services, string backup, CancellationToken cancellationToken)
    {
        var verifier = services.GetRequiredService<BackupVerifier>();
        try
        {
            var store = services.GetRequiredService<BackupStore>();
            if (BackupId.IsValid(backup) && await store.FindAsync(backup, cancellationToken) is not null)
            {
                return await verifier.VerifyAsync(backup, Actor, cancellationToken);
            }
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex) || ex is Npgsql.PostgresException { SqlState: "42P01" or "42703" })
        {
            await Console.Error.WriteLineAsync($"The result is not recorded, because the database is unavailable: {ex.Message}");
        }

        return await verifier.CheckAsync(backup, cancellationToken);
    }

    private static async Task<int> RestoreAsync(RestoreRequest asked, CancellationToken cancellationToken)
    {
        var target = asked.Into.Contains('=') ? asked.Into
            : Environment.GetEnvironmentVariable($"ConnectionStrings__{asked.Into}")
            ?? throw new MaintenanceException(
                $"'{asked.Into}' is not a connection string, and ConnectionStrings__{asked.Into} is not set.");
        SetDatabaseIfMissing(target);
        using var host = CommandHost.Create();
        var repository = host.Services.GetRequiredService<BackupRepository>();
        var id = asked.Backup != "newest" ? asked.Backup
            : await repository.NewestAsync(asked.AcceptUnsigned, PassedOver, cancellationToken)
            ?? throw new MaintenanceException($"There is no backup in {repository.Place} that can be trusted.");
        var restore = host.Services.GetRequiredService<RestoreService>();
        var result = await ProgressDisplay.RunAsync("restore", progress => restore.RestoreAsync(
            asked with { Backup = id, Into = target },
            (percent, step) => progress.Report(new TaskProgress(percent, step)),
            cancellationToken));
        var rows = result.Manifest.Tables.Sum(table => table.Rows);
        Console.WriteLine($"""
            {id} of {result.Manifest.CreatedAt:u} was restored into {result.Database}: {rows} rows in {result.Took.TotalSeconds:0.0} s.

            Next steps:
              1. Start the system on this database: set {DatabaseVariable} to its connection string. Newer migrations are applied
                 then, and the index of each process is filled from the database, without embedding again.
              2. With Qdrant, whose points are of another time, run: maintain index-rebuild
              3. Upload again the documents that were uploaded after {result.Manifest.CreatedAt:u}.
            """);
        return ExitCodes.Success;
    }

    private static void PassedOver(string backup, string reason) =>
        Console.Error.WriteLine($"{backup} is newer and was passed over. {reason}");

    /// <summary>The live database may be lost, and these commands work without it.</summary>
    private static void SetDatabaseIfMissing(string connectionString)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(DatabaseVariable)))
        {
            Environment.SetEnvironmentVariable(DatabaseVariable, connectionString);
        }
    }

    private static async Task<int> RunAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception ex) when (ex is MaintenanceException or DamagedBackupException or UntrustedBackupException)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(
                "Cancelled. A restore loads everything or nothing, so a database that was being restored is empty.");
            return ExitCodes.Cancelled;
        }
    }
}
