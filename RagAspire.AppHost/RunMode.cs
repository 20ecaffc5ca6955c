
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
    public static async Task<RunMode> ChooseModeAsync(this IDistributedApplicationBuilder builder, LocalOptions options)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            return RunMode.Containers;
        }

        return options.Mode switch
        {
            "containers" => RunMode.Containers,
            "embedded" => RunMode.Embedded,
            _ => await ContainerRuntime.AnswersAsync(builder.Configuration) ? RunMode.Containers : RunMode.Embedded,
        };
    }
}
