namespace RagAspire.AppHost;

/// <summary>Where the stores run.</summary>
public enum RunMode
{
    /// <summary>In containers, as in production.</summary>
    Containers,

    /// <summary>PostgreSQL from local binaries, Garnet and the vector index inside processes.</summary>
    Embedded,
}

internal static class RunModeExtensions
{
    /// <summary>
    /// The mode of <c>--mode</c>, else containers where a container runtime answers. A deployment always has containers.
    /// </summary>
    public static async Task<RunMode> ChooseModeAsync(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            return RunMode.Containers;
        }

        return options.Mode
            ?? (await ContainerRuntime.AnswersAsync(builder.Configuration) ? RunMode.Containers : RunMode.Embedded);
    }
}
