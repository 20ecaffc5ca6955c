using RagAspire.AppHost.Local;
using RagAspire.Embedded;

namespace RagAspire.AppHost;

internal static class Options
{
    /// <summary>Reads the same options, from the same arguments and variables, as a plain local run.</summary>
    /// <exception cref="LocalRunException">A value makes no sense, or a port is in use.</exception>
    public static LocalOptions ReadOptions(this IDistributedApplicationBuilder builder)
    {
        var options = LocalOptions.Parse(
            [],
            variable => variable == "RAGASPIRE_MODE" ? null : builder.Option(variable),
            Path.Combine(builder.AppHostDirectory, "..", ".ragaspire"));
        if (builder.ExecutionContext.IsRunMode)
        {
            Free(options.ApiPort, "the API", "--api-port");
            Free(options.WorkerPort, "the worker", "--worker-port");
        }

        return options;
    }

    /// <summary>The argument that means the same as an environment variable, else that variable.</summary>
    public static string? Option(this IDistributedApplicationBuilder builder, string variable)
    {
        var argument = variable.Replace("RAGASPIRE_", "", StringComparison.Ordinal).Replace('_', '-');
        return builder.Configuration[argument] ?? builder.Configuration[variable];
    }

    /// <summary>The port, when it can be had.</summary>
    /// <exception cref="LocalRunException">It is in use.</exception>
    public static int Free(int port, string purpose, string argument) => FreePort.IsFree(port)
        ? port
        : throw new LocalRunException(
            $"Port {port}, meant for {purpose}, is in use by another program. "
            + $"Stop that program, or choose another port with {LocalOptions.HowToSet(argument)}.");
}
