using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>Keeps the <see cref="ProcessRegistry"/> up to date with the processes of the resources.</summary>
internal sealed class ProcessRecorder(ResourceNotificationService notifications, ProcessRegistry registry) : BackgroundService
{
    /// <summary>The process that runs for a resource; null when none does.</summary>
    public static int? ProcessId(CustomResourceSnapshot snapshot) =>
        snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value as int?;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            if (ProcessId(change.Snapshot) is { } processId)
            {
                registry.Set(change.ResourceId, processId);
            }
        }
    }
}
