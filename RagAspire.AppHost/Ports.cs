using RagAspire.Embedded;

namespace RagAspire.AppHost;

/// <summary>Fixed ports are checked before anything starts, so that a busy one is an error with a way out.</summary>
internal static class Ports
{
    private const int UsualDashboardPort = 18888;

    /// <summary>Checks the ports of the services and the embedded stores.</summary>
    /// <exception cref="AppHostException">A port is in use.</exception>
    public static void Check(AppHostOptions options)
    {
        foreach (var (port, purpose, argument) in new[]
        {
            (options.ApiPort, "the API", "--api-port"), (options.WorkerPort, "the worker", "--worker-port"),
            (options.Web ? options.WebPort : 0, "the web app", "--web-port"),
            (options.PostgresPort, "PostgreSQL", "--postgres-port"), (options.RedisPort, "Garnet (Redis)", "--redis-port"),
        })
        {
            if (port != 0)
            {
                Free(port, purpose, argument);
            }
        }
    }

    /// <summary>The port, if nothing listens on it.</summary>
    /// <exception cref="AppHostException">It is in use.</exception>
    public static int Free(int port, string purpose, string argument) => FreePort.IsFree(port)
        ? port
        : throw new AppHostException(
            $"Port {port}, meant for {purpose}, is in use by another program: "
            + $"stop that program, or choose another port with {AppHostOptions.HowToSet(argument)}.");

    /// <summary>Tells Aspire where the dashboard listens and where it receives telemetry.</summary>
    /// <exception cref="AppHostException">The chosen port of the dashboard is in use.</exception>
    public static void AddDashboard(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var dashboard = options.DashboardPort != 0 ? Free(options.DashboardPort, "the Aspire dashboard", "--dashboard-port")
            : FreePort.IsFree(UsualDashboardPort) ? UsualDashboardPort : FreePort.Next();
        builder.Configuration["ASPNETCORE_URLS"] = $"http://localhost:{dashboard}";
        builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ??= $"http://localhost:{FreePort.Next()}";
        builder.Configuration["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] ??= $"http://localhost:{FreePort.Next()}";
        builder.Configuration["ASPIRE_VERSION_CHECK_DISABLED"] ??= "true";
    }
}
