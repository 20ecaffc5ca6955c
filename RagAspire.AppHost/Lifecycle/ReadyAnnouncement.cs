using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>Prints the table of addresses once worker, API and web app are healthy.</summary>
internal sealed class ReadyAnnouncement(
    ResourceNotificationService notifications, DistributedApplicationModel model, StartUpTable table) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var service in model.Resources.OfType<ProjectResource>())
        {
            await notifications.WaitForResourceHealthyAsync(service.Name, WaitBehavior.WaitOnResourceUnavailable, stoppingToken);
        }

        Console.WriteLine(await table.RenderAsync(model.Resources, stoppingToken));
    }
}
