namespace RagAspire.AppHost;

/// <summary>What a container may take, for publishers.</summary>
internal sealed record ContainerLimit(int Cpus, int Megabytes, int ReservedCpus = 0, int ReservedMegabytes = 0)
    : IResourceAnnotation
{
    /// <summary>Of <c>/dev/shm</c>; 0 for what the engine gives.</summary>
    public int SharedMegabytes { get; init; }
}
