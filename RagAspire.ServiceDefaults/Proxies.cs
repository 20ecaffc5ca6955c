using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire;
using IPNetwork = System.Net.IPNetwork;

namespace Microsoft.Extensions.Hosting;

/// <summary>The reverse proxies in front of a service; section <c>Proxies</c>.</summary>
public sealed class ProxyOptions : IValidatableObject
{
    public const string Section = "Proxies";

    /// <summary>
    /// The networks of the proxies, such as <c>10.0.0.0/8</c>, separated by commas. <c>X-Forwarded-For</c> and
    /// <c>X-Forwarded-Proto</c> count from these alone; with none they never count.
    /// </summary>
    public string Networks { get; set; } = "";

    /// <summary>How many proxies a request passes one after the other.</summary>
    [Range(1, 10)]
    public int Hops { get; set; } = 1;

    internal IEnumerable<IPNetwork> Known => Parts.Select(IPNetwork.Parse);

    private string[] Parts => Networks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Parts
        .Where(part => !IPNetwork.TryParse(part, out _))
        .Select(part => new ValidationResult($"'{part}' is not a network such as 10.0.0.0/8.", [nameof(Networks)]));
}

/// <summary>What a service has to know of a proxy, and a proxy of the service.</summary>
public static class Proxies
{
    /// <summary>Reads the settings.</summary>
    public static IServiceCollection AddProxies(this IServiceCollection services)
    {
        services.AddValidatedOptions<ProxyOptions>(ProxyOptions.Section);
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>((headers, proxies) =>
        {
            headers.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            headers.ForwardLimit = proxies.Value.Hops;

            // The framework trusts every process of this machine unless it is told otherwise.
            headers.KnownProxies.Clear();
            headers.KnownIPNetworks.Clear();
            foreach (var network in proxies.Value.Known)
            {
                headers.KnownIPNetworks.Add(network);
            }
        });
        return services;
    }

    /// <summary>
    /// Counts a client by its own address where a known proxy tells it, and asks proxies to pass events on one by one.
    /// </summary>
    public static void UseProxies(this WebApplication app)
    {
        // Without a known network the framework would trust the headers of every client.
        if (app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value.Known.Any())
        {
            app.UseForwardedHeaders();
        }

        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state => PassOn((HttpResponse)state), context.Response);
            return next(context);
        });
    }

    private static Task PassOn(HttpResponse response)
    {
        if (response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true)
        {
            response.Headers["X-Accel-Buffering"] = "no";
        }

        return Task.CompletedTask;
    }
}
