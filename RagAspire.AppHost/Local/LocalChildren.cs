using RagAspire.Embedded;
using RagAspire.Embedded.Processes;

namespace RagAspire.AppHost.Local;

/// <summary>The programs of a local run, one method each.</summary>
public static class LocalChildren
{
    private const int DashboardPort = 18888;

    public static ChildSpec Api(LocalOptions options, IReadOnlyDictionary<string, string?> environment) =>
        Service("api", "RagAspire.Api", options.ApiPort, environment);

    /// <summary>It gets more time to stop: a document that is half-way in is worth finishing.</summary>
    public static ChildSpec Worker(LocalOptions options, IReadOnlyDictionary<string, string?> environment) =>
        Service("worker", "RagAspire.Worker", options.WorkerPort, environment) with { StopTimeout = TimeSpan.FromSeconds(40) };

    /// <summary>Null when the aspire CLI is not on the PATH, or nobody wants the dashboard.</summary>
    public static DashboardSpec? Dashboard(LocalOptions options)
    {
        if (!options.Dashboard || Programs.OnPath("aspire") is not { } aspire)
        {
            return null;
        }

        var port = options.DashboardPort != 0 ? options.DashboardPort
            : FreePort.IsFree(DashboardPort) ? DashboardPort : FreePort.Next();
        var page = new Uri($"http://127.0.0.1:{port}");
        var grpc = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var http = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var child = new ChildSpec(
            "dashboard", aspire, "dashboard", "run", "--allow-anonymous", "--non-interactive", "--nologo",
            "--log-level", "Warning",
            "--frontend-url", Bare(page), "--otlp-grpc-url", Bare(grpc), "--otlp-http-url", Bare(http))
        {
            // What the launch profile sets is for the AppHost under Aspire, which this dashboard would look for.
            Environment = new Dictionary<string, string?>
            {
                ["NO_COLOR"] = "1",
                ["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "true",
                ["ASPNETCORE_URLS"] = null,
                ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = null,
                ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = null,
            },
            ReadyUrl = page,
        };
        return new DashboardSpec(child, page, grpc);
    }

    /// <summary>What both services need to know.</summary>
    public static Dictionary<string, string?> Environment(
        LocalOptions options, LocalStores stores, ModelConnections models, string apiKey, DashboardSpec? dashboard)
    {
        var environment = new Dictionary<string, string?>
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["RAGASPIRE_DATA"] = options.DataDirectory,
            ["ConnectionStrings__ragdb"] = stores.Database,
            ["ConnectionStrings__cache"] = stores.Cache,
            ["ConnectionStrings__chat"] = models.Chat,
            ["ConnectionStrings__embeddings"] = models.Embeddings,
            ["Security__DevelopmentKey"] = apiKey,
            ["Logging__Console__FormatterName"] = "simple",
            ["Logging__Console__FormatterOptions__SingleLine"] = "true",
        };
        if (dashboard is not null)
        {
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = Bare(dashboard.Otlp);
            environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        }

        return environment;
    }

    private static ChildSpec Service(string name, string project, int port, IReadOnlyDictionary<string, string?> environment) =>
        new(name, Programs.DotNet, Programs.Project(project))
        {
            WorkingDirectory = Path.GetDirectoryName(Programs.Project(project)),
            Environment = new Dictionary<string, string?>(environment)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
                ["OTEL_SERVICE_NAME"] = name,
            },
            ReadyUrl = new Uri($"http://127.0.0.1:{port}/ready"),
        };

    private static string Bare(Uri url) => url.GetLeftPart(UriPartial.Authority);
}

/// <summary>The Aspire dashboard: its process, its page, and where it takes telemetry.</summary>
public sealed record DashboardSpec(ChildSpec Child, Uri Page, Uri Otlp);
