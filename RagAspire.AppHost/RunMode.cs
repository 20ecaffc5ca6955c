namespace RagAspire.AppHost;

/// <summary>Where the stores run.</summary>
public enum RunMode
{
    /// <summary>In containers, as in production.</summary>
    Containers,

    /// <summary>PostgreSQL from local binaries, Garnet and the vector index inside processes.</summary>
    Embedded,
}

/// <summary>A mode with the reason for it, as the end of a sentence.</summary>
internal sealed record ChosenMode(RunMode Mode, string Reason);

internal static class RunModeExtensions
{
    /// <summary>
    /// The mode of <c>--mode</c>, else containers where a container runtime answers. A deployment always has containers.
    /// </summary>
    public static async Task<ChosenMode> ChooseModeAsync(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            return new ChosenMode(RunMode.Containers, "it is published");
        }

        if (options.Mode is { } mode)
        {
            return new ChosenMode(mode, $"{AppHostOptions.HowToSet("--mode")} says so");
        }

        return await ContainerRuntime.AnswersAsync(builder.Configuration)
            ? new ChosenMode(RunMode.Containers, "a container runtime answers")
            : new ChosenMode(RunMode.Embedded, "no container runtime answers");
    }
}
