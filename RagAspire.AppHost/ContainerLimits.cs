using System.Globalization;

namespace RagAspire.AppHost;

/// <summary>What the containers of stores may take, and the settings that follow from it.</summary>
internal static class ContainerLimits
{
    private const int PostgresMegabytes = 4096;
    private const int RedisMegabytes = 1024;

    /// <summary>Four processors and <c>Resources:PostgresMegabytes</c>, with settings in proportion.</summary>
    public static IResourceBuilder<PostgresServerResource> WithTuning(this IResourceBuilder<PostgresServerResource> server)
    {
        var megabytes = server.Megabytes("Postgres", PostgresMegabytes);
        var folder = StoreSettings.Folder(server.ApplicationBuilder, "postgres");
        return server
            .WithArgs([.. StoreSettings.Postgres(folder, megabytes)])
            .WithLimits(cpus: 4, megabytes, $"--shm-size={megabytes / 4}m")
            .WithAnnotation(
                new ContainerLimit(Cpus: 4, megabytes) { SharedMegabytes = megabytes / 4 },
                ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>Two processors and <c>Resources:RedisMegabytes</c>, of which a quarter is for snapshots and buffers.</summary>
    public static IResourceBuilder<RedisResource> WithTuning(this IResourceBuilder<RedisResource> server)
    {
        var megabytes = server.Megabytes("Redis", RedisMegabytes);
        var settings = StoreSettings.Redis(StoreSettings.Folder(server.ApplicationBuilder, "redis"), megabytes);
        return server
            .WithArgs(context =>
            {
                // In a deployment the command is one argument of a shell.
                if (context.Args is ["-c", string command])
                {
                    context.Args[1] = $"{command} {string.Join(' ', settings)}";
                    return;
                }

                foreach (var setting in settings)
                {
                    context.Args.Add(setting);
                }
            })
            .WithLimits(cpus: 2, megabytes);
    }

    /// <param name="further">Arguments of the container runtime.</param>
    public static IResourceBuilder<T> WithLimits<T>(
        this IResourceBuilder<T> container, int cpus, int megabytes, params string[] further)
        where T : ContainerResource => container.WithAnnotation(new ContainerLimit(cpus, megabytes)).WithContainerRuntimeArgs(
        [
            // An engine refuses more processors than its machine has.
            string.Create(CultureInfo.InvariantCulture, $"--cpus={Math.Min(cpus, Environment.ProcessorCount)}"),
            string.Create(CultureInfo.InvariantCulture, $"--memory={megabytes}m"),
            "--log-opt", "max-size=10m",
            .. further,
        ]);

    private static int Megabytes<T>(this IResourceBuilder<T> container, string store, int otherwise)
        where T : ContainerResource
    {
        var name = $"Resources:{store}Megabytes";
        if (container.ApplicationBuilder.Configuration[name] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var megabytes) && megabytes >= 128
            ? megabytes
            : throw new AppHostException($"{name} is a number of MiB of at least 128, not {text}.");
    }
}
