using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.Hosting;

/// <summary>What a service calls itself in its metrics: <c>job</c> and <c>instance</c> of every series.</summary>
/// <param name="Name">"ragaspire-api" or "ragaspire-worker", whatever the deployment calls the resource.</param>
/// <param name="Instance">Stays the same over restarts: <c>Metrics:Instance</c>, else "api" or "worker".</param>
internal sealed record ServiceIdentity(string Name, string Instance)
{
    public static string Version { get; } = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3) ?? "0";

    public static ServiceIdentity Of(IHostApplicationBuilder builder)
    {
        var name = builder.Environment.ApplicationName.ToLowerInvariant().Replace('.', '-');
        return new ServiceIdentity(
            name, builder.Configuration["Metrics:Instance"] is { Length: > 0 } instance ? instance : name[(name.LastIndexOf('-') + 1)..]);
    }
}
