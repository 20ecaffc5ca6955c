using Microsoft.Extensions.Configuration;
using RagAspire.Embedded;

namespace RagAspire.AppHost;

internal static class Options
{
    /// <summary>Reads the options from arguments and variables, among which are some that only Aspire understands.</summary>
    /// <exception cref="LocalRunException">A value makes no sense.</exception>
    public static LocalOptions Read(string[] arguments)
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(arguments).Build();
        return LocalOptions.Parse(
            [],
            variable => settings[variable.Replace("RAGASPIRE_", "", StringComparison.Ordinal).Replace('_', '-')] ?? settings[variable],
            Path.Combine(Programs.Repository, ".ragaspire"));
    }

    /// <summary>Says where the dashboard is, and where it takes telemetry, where nobody else does.</summary>
    /// <exception cref="LocalRunException">A port is in use.</exception>
    public static void AddDashboard(this IDistributedApplicationBuilder builder, LocalOptions options)
    {
        if (!builder.ExecutionContext.IsRunMode)
        {
            return;
        }

        foreach (var (port, purpose, argument) in new[]
        {
            (options.ApiPort, "the API", "--api-port"), (options.WorkerPort, "the worker", "--worker-port"),
            (options.PostgresPort, "PostgreSQL", "--postgres-port"), (options.RedisPort, "Garnet (Redis)", "--redis-port"),
        })
        {
            if (port != 0)
            {
                Free(port, purpose, argument);
            }
        }

        const int usual = 18888;
        var dashboard = options.DashboardPort != 0 ? Free(options.DashboardPort, "the Aspire dashboard", "--dashboard-port")
            : FreePort.IsFree(usual) ? usual : FreePort.Next();
        builder.Configuration["ASPNETCORE_URLS"] = $"http://localhost:{dashboard}";
        builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ??= $"http://localhost:{FreePort.Next()}";
        builder.Configuration["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] ??= $"http://localhost:{FreePort.Next()}";
        builder.Configuration["ASPIRE_VERSION_CHECK_DISABLED"] ??= "true";
    }

    /// <summary>The port, when it can be had.</summary>
    /// <exception cref="LocalRunException">It is in use.</exception>
    public static int Free(int port, string purpose, string argument) => FreePort.IsFree(port)
        ? port
        : throw new LocalRunException(
            $"Port {port}, meant for {purpose}, is in use by another program. "
            + $"Stop that program, or choose another port with {LocalOptions.HowToSet(argument)}.");
}
