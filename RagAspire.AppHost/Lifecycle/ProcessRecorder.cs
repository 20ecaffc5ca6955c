using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>Keeps the <see cref="ProcessRegistry"/> up to date with the processes of the resources.</summary>
internal sealed class ProcessRecorder(ResourceNotificationService notifications, ProcessRegistry registry) : BackgroundService
{
    private const string ProcessIdProperty = "executable.pid";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            if (change.Snapshot.Properties.FirstOrDefault(property => property.Name == ProcessIdProperty)?.Value is int processId)
            {
                registry.Set(change.ResourceId, processId);
            }
        }
    }
}
