using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>Prints the table of addresses once the services are healthy.</summary>
internal sealed class ReadyAnnouncement(ResourceNotificationService notifications, StartUpTable table) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var service in new[] { "worker", "api" })
        {
            await notifications.WaitForResourceHealthyAsync(service, WaitBehavior.WaitOnResourceUnavailable, stoppingToken);
        }

        Console.WriteLine(table.Render());
    }
}
