using System.Globalization;

namespace RagAspire.Monitoring.Memory;

/// <summary>One reading of a watched process or container.</summary>
/// <param name="StartedAt">Another start means that it was restarted; null when it is not known.</param>
/// <param name="Bytes">What it holds of memory.</param>
public sealed record MemoryReading(DateTimeOffset? StartedAt, long Bytes, long? Limit, int? Handles, int? Threads);

/// <summary>A process or container of this host, by id or name.</summary>
/// <param name="kind">process or container.</param>
public sealed class WatchedMemory(string kind, string name, Func<MemoryReading?> read)
{
    public string Kind => kind;

    public string Name => name;

    /// <summary>Null while it does not run.</summary>
    public MemoryReading? Read() => read();

    /// <summary>Finds a process by id or name, or else a container by id or name.</summary>
    /// <returns>Null when there is neither.</returns>
    public static async Task<WatchedMemory?> FindAsync(string target, CancellationToken cancellationToken)
    {
        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return ProcessMemory.Read(id) is { } process
                ? new WatchedMemory("process", $"{process.Name} ({id})", () => ReadProcess(id)) : null;
        }

        if (RootOf(target) is not null)
        {
            // Found anew each time, so that a restarted process is watched on.
            return new WatchedMemory("process", target, () => RootOf(target) is { } root ? ReadProcess(root) : null);
        }

        return await ContainerMemory.FindAsync(target, cancellationToken) is { } container
            ? new WatchedMemory("container", target, container.Read) : null;
    }

    /// <summary>The oldest process of a name whose parent has another name: a server and not one of its children.</summary>
    private static int? RootOf(string name)
    {
        var all = ProcessMemory.Find(name);
        return all.Where(id => ProcessMemory.ParentOf(id) is not { } parent || !all.Contains(parent))
            .OrderBy(id => ProcessMemory.Read(id)?.StartedAt ?? DateTimeOffset.MaxValue)
            .Select(id => (int?)id)
            .FirstOrDefault();
    }

    private static MemoryReading? ReadProcess(int id) => ProcessMemory.Read(id) is { } process
        ? new MemoryReading(
            process.StartedAt,
            process.Name.StartsWith("postgres", StringComparison.Ordinal) ? ProcessMemory.OfTree(id) ?? process.WorkingSet
                : process.WorkingSet,
            MemoryLimit.ControlGroupLimit(id.ToString(CultureInfo.InvariantCulture)),
            process.Handles,
            process.Threads)
        : null;
}
