using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.AppHost.EmbeddedStores;

internal static class EmbeddedStoreCommands
{
    /// <summary>Start, stop and restart under the names and icons that the dashboard gives to those of processes.</summary>
    public static IResourceBuilder<T> WithStoreCommands<T>(this IResourceBuilder<T> store)
        where T : EmbeddedStoreResource => store
        .WithCommand(
            KnownResourceCommands.StartCommand,
            "Start",
            context => ExecuteAsync(store.Resource, context, (controller, cancelled) => controller.StartAsync(cancelled)),
            Highlighted("Play", CanStart))
        .WithCommand(
            KnownResourceCommands.StopCommand,
            "Stop",
            context => ExecuteAsync(store.Resource, context, async (controller, cancelled) =>
            {
                await controller.StopAsync(cancelled);
                return null;
            }),
            Highlighted("Stop", CanStop))
        .WithCommand(
            KnownResourceCommands.RestartCommand,
            "Restart",
            context => ExecuteAsync(store.Resource, context, (controller, cancelled) => controller.RestartAsync(cancelled)),
            new CommandOptions { IconName = "ArrowCounterclockwise", UpdateState = CanRestart });

    private static CommandOptions Highlighted(string icon, Func<UpdateCommandStateContext, ResourceCommandState> state) =>
        new() { IconName = icon, IconVariant = IconVariant.Filled, IsHighlighted = true, UpdateState = state };

    private static async Task<ExecuteCommandResult> ExecuteAsync(
        EmbeddedStoreResource store,
        ExecuteCommandContext context,
        Func<EmbeddedStoreController, CancellationToken, Task<string?>> command)
    {
        var controller = context.Services.GetRequiredService<EmbeddedStoreService>()[store];
        return await command(controller, context.CancellationToken) is { } failure
            ? CommandResults.Failure(failure)
            : CommandResults.Success();
    }

    private static ResourceCommandState CanStart(UpdateCommandStateContext context) => State(context) switch
    {
        var state when KnownResourceStates.TerminalStates.Contains(state) => ResourceCommandState.Enabled,
        _ => ResourceCommandState.Hidden,
    };

    // A store that waits for its next attempt to start can be stopped too.
    private static ResourceCommandState CanStop(UpdateCommandStateContext context) => State(context) switch
    {
        "Running" or "FailedToStart" => ResourceCommandState.Enabled,
        "Stopping" => ResourceCommandState.Disabled,
        _ => ResourceCommandState.Hidden,
    };

    private static ResourceCommandState CanRestart(UpdateCommandStateContext context) =>
        State(context) == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    private static string? State(UpdateCommandStateContext context) => context.ResourceSnapshot.State?.Text;
}
