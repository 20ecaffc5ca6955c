using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

internal static class LifecycleExtensions
{
    // Their stack traces would bury the one sentence that says why the AppHost ends.
    private static readonly (string Category, string Level)[] QuietLogs =
    [
        ("Microsoft.AspNetCore", "Warning"),
        ("Microsoft.Extensions.Hosting.Internal.Host", "None"),
        ("Aspire.Hosting.Dcp", "Critical"),

        // A service that is still starting is no failure; the dashboard shows the health of each.
        ("Microsoft.Extensions.Diagnostics.HealthChecks", "Critical"),
    ];

    /// <summary>Everything that keeps the processes of a run in order, from the start to the end of the AppHost.</summary>
    public static void AddLifecycle(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        foreach (var (category, level) in QuietLogs)
        {
            builder.Configuration[$"Logging:LogLevel:{category}"] ??= level;
        }

        builder.Configuration["DcpPublisher:WaitForResourceCleanup"] = "true";
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(1));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<AppHostFailure>();
        builder.Services.AddSingleton(ProcessRegistry.In(options.DataDirectory));
        builder.Services.AddHostedService<ProcessGuard>();
        builder.Services.AddHostedService<ParentMonitor>();
        builder.Services.AddHostedService<OrchestratorMonitor>();
        builder.Services.AddHostedService<ProcessRecorder>();
        builder.Services.AddHostedService<ResourceRestarter>();
        builder.Services.AddHostedService<ServiceShutdown>();
        builder.Services.AddHostedService(
            services => new DiskMonitor(options, services.GetRequiredService<TimeProvider>(), Console.Out));
    }
}
