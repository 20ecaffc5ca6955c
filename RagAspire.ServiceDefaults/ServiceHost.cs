using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

/// <summary>Runs a service until it is stopped.</summary>
public static class ServiceHost
{
    /// <summary>EX_CONFIG of sysexits.h. To start the service again is useless, and the AppHost does not.</summary>
    public const int ConfigurationError = 78;

    /// <summary>
    /// Builds and runs the service, or asks a running one (<see cref="Probe"/>). An error of the configuration is one sentence
    /// on standard error in the place of a stack trace.
    /// </summary>
    /// <returns>The exit code: 0 after a stop, <see cref="ConfigurationError"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Func<WebApplication> build)
    {
        if (args is [Probe.Command])
        {
            return await Probe.RunAsync(CancellationToken.None);
        }

        try
        {
            await using var service = build();

            // The host validates too, but logs a stack trace before it throws.
            service.Services.GetService<IStartupValidator>()?.Validate();
            await service.RunAsync();
            return 0;
        }
        catch (Exception ex) when (ConfigurationErrors.Describe(ex) is { } description)
        {
            await Console.Error.WriteLineAsync(description);
            return ConfigurationError;
        }
    }
}
