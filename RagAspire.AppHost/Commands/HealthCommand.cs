using RagAspire.Client;

namespace RagAspire.AppHost.Commands;

/// <summary>The command that shows the health of every component.</summary>
internal static class HealthCommand
{
    public static IResourceBuilder<ProjectResource> WithHealthCommand(
        this IResourceBuilder<ProjectResource> api, ApiAccess access) =>
        api.WithApiCommand(
            ("health", "Show the health"),
            access,
            ShowAsync,
            new CommandOptions
            {
                Description = "Checks database, Redis, vector index and language model, and gives the reasons of failures.",
                IconName = "HeartPulse",

                // An unhealthy API can still say why.
                UpdateState = context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
                    ? ResourceCommandState.Enabled
                    : ResourceCommandState.Disabled,
            });

    private static async Task<ExecuteCommandResult> ShowAsync(ApiClient client, ExecuteCommandContext context)
    {
        var health = await client.HealthAsync<HealthReport>(context.CancellationToken);
        return CommandResults.Success(
            $"The system is {health.Status}.",
            Markdown.Join(
                $"RagAspire {Markdown.Text(health.Version)} is **{health.Status}**.",
                Markdown.Table(
                    ["Component", "Health"],
                    [
                        .. health.Components.Select(component =>
                            new[] { Markdown.Text(component.Key), Markdown.Text(component.Value) }),
                    ])),
            CommandResultFormat.Markdown,
            displayImmediately: true);
    }
}
