using Microsoft.Extensions.DependencyInjection;
using RagAspire.AppHost.Lifecycle;

namespace RagAspire.AppHost;

internal static class StartUpMessages
{
    /// <summary>Prints what starts, and the table of addresses when it is ready.</summary>
    public static void AddStartUpMessages(
        this IDistributedApplicationBuilder builder, ChosenMode chosen, AppHostOptions options, Stores stores)
    {
        var notice = new StartUpNotice(chosen, options);
        builder.OnBeforeStart((start, _) =>
        {
            Console.WriteLine(notice.Render(start.Model.Resources));
            return Task.CompletedTask;
        });
        var dashboard = options.Dashboard
            ? $"{builder.Configuration["ASPNETCORE_URLS"]}/login?t={builder.Configuration["AppHost:BrowserToken"]}"
            : null;
        builder.Services.AddSingleton(notice);
        builder.Services.AddSingleton(new StartUpTable(options, stores, dashboard, builder.ReadApiKey(options)));
        builder.Services.AddHostedService<ReadyAnnouncement>();
    }
}
