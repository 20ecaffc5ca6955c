using System.Globalization;
using RagAspire.Client;

namespace RagAspire.AppHost.Commands;

/// <summary>Commands that make and check backups.</summary>
internal static class BackupCommands
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan VerifyTimeout = TimeSpan.FromMinutes(30);

    public static IResourceBuilder<ProjectResource> WithBackupCommands(
        this IResourceBuilder<ProjectResource> api, ApiAccess access) => api
        .WithApiCommand(
            ("backup", "Back up"),
            access,
            (client, context) => MaintenanceRuns.RunAsync(client, context, "backup", dryRun: false),
            new CommandOptions
            {
                Description = "Makes a backup with checksums and a manifest.",
                IconName = "ArchiveArrowBack",
                Progress = MaintenanceCommands.Progress("Back up"),
            })
        .WithApiCommand(
            ("verify-backup", "Verify a backup"),
            access,
            VerifyAsync,
            new CommandOptions
            {
                Description = "Reads a backup and compares it with its checksums.",
                IconName = "ShieldCheckmark",
                Arguments =
                [
                    new InteractionInput
                    {
                        Name = "backup", Label = "Backup", InputType = InputType.Choice, AllowCustomChoice = true,
                        Placeholder = "the newest",
                        DynamicLoading = new InputLoadOptions { LoadCallback = context => LoadBackupsAsync(context, access) },
                    },
                ],
                Progress = new CommandProgressOptions { Title = "Verify a backup", Message = "The backup is being read." },
            })
        .WithApiCommand(
            ("restore-drill", "Restore drill"),
            access,
            (client, context) => MaintenanceRuns.RunAsync(client, context, "restore-drill", dryRun: false),
            new CommandOptions
            {
                Description = "Restores the newest backup into a scratch database, compares it, and removes the database.",
                IconName = "ArrowReset",
                ConfirmationMessage = "Restore the newest backup into a scratch database? It needs as much space as the data.",
                Progress = MaintenanceCommands.Progress("Restore drill"),
            });

    private static async Task<ExecuteCommandResult> VerifyAsync(ApiClient client, ExecuteCommandContext context)
    {
        var cancellationToken = context.CancellationToken;
        if (await ChooseAsync(client, context.Arguments.GetString("backup"), cancellationToken) is not { } before)
        {
            return CommandResults.Failure("There is no backup yet.");
        }

        await client.PostAsync<Backup>($"operations/backups/{before.Id}/verify", body: null, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(VerifyTimeout);
        try
        {
            while (true)
            {
                var now = await client.GetAsync<Backup>($"operations/backups/{before.Id}", limit.Token);
                if (now.VerifiedAt != before.VerifiedAt)
                {
                    return Result(now);
                }

                await Task.Delay(PollInterval, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CommandResults.Failure($"Backup {before.Id} was not verified within {VerifyTimeout.TotalMinutes:0} minutes.");
        }
    }

    private static async Task<Backup?> ChooseAsync(ApiClient client, string? id, CancellationToken cancellationToken) =>
        id is { Length: > 0 }
            ? await client.GetAsync<Backup>($"operations/backups/{Uri.EscapeDataString(id)}", cancellationToken)
            : await ListAsync(client, cancellationToken) is [var newest, ..] ? newest : null;

    private static async Task<IReadOnlyList<Backup>> ListAsync(ApiClient client, CancellationToken cancellationToken)
    {
        var page = await client.GetAsync<Page<Backup>>("operations/backups?limit=50", cancellationToken);
        return
        [
            .. page.Items.Where(
                backup => backup.Status is BackupStatus.Complete or BackupStatus.Verified or BackupStatus.Damaged),
        ];
    }

    private static ExecuteCommandResult Result(Backup backup)
    {
        var table = new CommandResultData
        {
            Value = Markdown.Table(
                ["Backup", "Status", "Made", "Size", "Place"],
                [[
                    $"`{backup.Id}`", backup.Status, Time(backup.CreatedAt), Size(backup.SizeBytes), Markdown.Text(backup.Place),
                ]]),
            Format = CommandResultFormat.Markdown,
            DisplayImmediately = true,
        };
        return backup.Status == BackupStatus.Verified
            ? CommandResults.Success($"Backup {backup.Id} is good.", table)
            : CommandResults.Failure($"Backup {backup.Id} is {backup.Status}: {backup.Error}", table);
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Size(long? bytes) =>
        bytes is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static async Task LoadBackupsAsync(LoadInputContext context, ApiAccess access)
    {
        try
        {
            using var client = await access.ConnectAsync(context.CancellationToken);
            context.Input.Options =
            [
                .. (await ListAsync(client, context.CancellationToken)).Select(backup => KeyValuePair.Create(
                    backup.Id, $"{Time(backup.CreatedAt)}, {Size(backup.SizeBytes)}, {backup.Status}")),
            ];
        }
        catch (ApiException)
        {
            // Without the list, the API judges the name of the backup.
            context.Input.Options = null;
        }
    }
}
