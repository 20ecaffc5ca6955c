using RagAspire.Client;

namespace RagAspire.AppHost.Commands;

/// <summary>Commands that run maintenance tasks.</summary>
internal static class MaintenanceCommands
{
    public static IResourceBuilder<ProjectResource> WithMaintenanceCommands(
        this IResourceBuilder<ProjectResource> api, ApiAccess access) => api
        .WithApiCommand(
            ("maintain", "Run a maintenance task"),
            access,
            (client, context) => MaintenanceRuns.RunAsync(
                client,
                context,
                context.Arguments.GetString("task")!,
                bool.TryParse(context.Arguments.GetString("dry-run"), out var dryRun) && dryRun),
            new CommandOptions
            {
                Description = "Runs a task of the schedule now and shows its report.",
                IconName = "Wrench",
                Arguments =
                [
                    new InteractionInput
                    {
                        Name = "task", Label = "Task", InputType = InputType.Choice, Required = true,
                        DynamicLoading = new InputLoadOptions { LoadCallback = context => LoadTasksAsync(context, access) },
                    },
                    new InteractionInput
                    {
                        Name = "dry-run", Label = "Dry run", InputType = InputType.Boolean, Value = "true",
                        Description = "Change nothing, and report the changes that a run would make.",
                    },
                ],
                Progress = Progress("Run a maintenance task"),
            })
        .WithApiCommand(
            ("rebuild-index", "Rebuild the index"),
            access,
            (client, context) => MaintenanceRuns.RunAsync(client, context, "index-rebuild", dryRun: false),
            new CommandOptions
            {
                Description = "Writes the whole vector index again from PostgreSQL, without embedding again.",
                IconName = "ArrowSync",
                ConfirmationMessage = "Write the whole vector index again? Search keeps working, but is slower meanwhile.",
                Progress = Progress("Rebuild the index"),
            });

    /// <summary>A dialog for a task that takes a while.</summary>
    public static CommandProgressOptions Progress(string title) => new()
    {
        Title = title,
        Message = "The task is running. The console log of the API shows each step.",
    };

    private static async Task LoadTasksAsync(LoadInputContext context, ApiAccess access)
    {
        try
        {
            using var client = await access.ConnectAsync(context.CancellationToken);
            var tasks = await client.GetAsync<Page<MaintenanceBody>>("operations/maintenance", context.CancellationToken);
            context.Input.Options =
            [
                .. tasks.Items.Select(task => KeyValuePair.Create(task.Task, $"{task.Task}: {task.Summary}")),
            ];
        }
        catch (ApiException)
        {
            // Without the list, the API judges the name of the task.
            context.Input.Options = null;
        }
    }
}
