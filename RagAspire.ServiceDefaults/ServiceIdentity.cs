using System.Reflection;
using OpenTelemetry.Resources;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// The name and instance of a service in its telemetry. Metrics that Prometheus stores carry <see cref="Name"/> and
/// <see cref="Instance"/> as <c>job</c> and <c>instance</c>; an orchestrator may choose others for its dashboard.
/// </summary>
/// <param name="Name">"ragaspire-api", "ragaspire-worker" or "ragaspire-web".</param>
/// <param name="Instance">
/// Stays the same over restarts: <c>Metrics:Instance</c>, in which <c>%host%</c> stands for the name of the machine or pod,
/// else "api", "worker" or "web".
/// </param>
/// <param name="HasGivenName"><c>OTEL_SERVICE_NAME</c> is set.</param>
/// <param name="HasGivenInstance"><c>OTEL_RESOURCE_ATTRIBUTES</c> has a <c>service.instance.id</c>.</param>
internal sealed record ServiceIdentity(string Name, string Instance, bool HasGivenName, bool HasGivenInstance)
{
    private static readonly string Version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Reads the identity from the host's name and configuration.</summary>
    public static ServiceIdentity Of(IHostApplicationBuilder builder)
    {
        var name = builder.Environment.ApplicationName.ToLowerInvariant().Replace('.', '-');
        var attributes = builder.Configuration["OTEL_RESOURCE_ATTRIBUTES"] ?? "";
        return new ServiceIdentity(
            name,
            builder.Configuration["Metrics:Instance"] is { Length: > 0 } instance
                ? instance.Replace("%host%", Environment.MachineName, StringComparison.Ordinal)
                : name[(name.LastIndexOf('-') + 1)..],
            builder.Configuration["OTEL_SERVICE_NAME"] is { Length: > 0 },
            attributes.Contains("service.instance.id=", StringComparison.Ordinal));
    }

    /// <summary>
    /// The resource of metrics in Prometheus. An orchestrator gives each start a new instance id, which would begin every
    /// series anew.
    /// </summary>
    public void DescribeSeries(ResourceBuilder resource) =>
        resource.AddService(Name, serviceVersion: Version, serviceInstanceId: Instance);

    /// <summary>
    /// The resource of everything that is sent to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>: the name and instance that the
    /// environment gives, because the dashboard finds telemetry by them, and the own ones where it gives none.
    /// </summary>
    public void DescribeProcess(ResourceBuilder resource)
    {
        var attributes = new Dictionary<string, object> { ["service.version"] = Version };
        if (!HasGivenName)
        {
            attributes["service.name"] = Name;
        }

        if (!HasGivenInstance)
        {
            attributes["service.instance.id"] = Instance;
        }

        resource.AddAttributes(attributes).AddEnvironmentVariableDetector();
    }
}
