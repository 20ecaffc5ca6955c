using RagAspire.AppHost.Local;

namespace RagAspire.AppHost;

/// <summary>Where the stores run.</summary>
internal enum RunMode
{
    /// <summary>In containers, as in production.</summary>
    Containers,

    /// <summary>Inside this process.</summary>
    Embedded,
}

internal static class RunModeExtensions
{
    /// <summary>
    /// What <c>--mode</c> says; else containers where a container runtime answers. A deployment always has containers.
    /// </summary>
    /// <exception cref="LocalRunException">There is no such mode.</exception>
    public static async Task<RunMode> ChooseModeAsync(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            return RunMode.Containers;
        }

        return builder.Option("RAGASPIRE_MODE") switch
        {
            "containers" => RunMode.Containers,
            "embedded" => RunMode.Embedded,
            null or "" => await ContainerRuntime.AnswersAsync(builder.Configuration) ? RunMode.Containers : RunMode.Embedded,
            var other => throw new LocalRunException($"--mode is embedded or containers, not {other}."),
        };
    }
}
