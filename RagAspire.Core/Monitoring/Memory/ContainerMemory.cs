using System.ComponentModel;
using System.Globalization;
using CliWrap;
using CliWrap.Buffered;

namespace RagAspire.Monitoring.Memory;

/// <summary>The memory of a container of this host, from its control group.</summary>
public sealed class ContainerMemory(string folder)
{
    private const string Root = "/sys/fs/cgroup";
    private const int LeastIdLength = 12;

    private static readonly string[] Runtimes = ["docker", "podman"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Finds a container by its id, or asks the container runtime for a name.</summary>
    public static Task<ContainerMemory?> FindAsync(string container, CancellationToken cancellationToken) =>
        FindAsync(container, Root, cancellationToken);

    /// <param name="root">Where the control groups are.</param>
    internal static async Task<ContainerMemory?> FindAsync(string container, string root, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(root))
        {
            return null;
        }

        if (container.Length >= LeastIdLength && container.All(char.IsAsciiHexDigit) && ByIdOf(container, root) is { } folder)
        {
            return new ContainerMemory(folder);
        }

        foreach (var runtime in Runtimes)
        {
            if (await ProcessOfAsync(runtime, container, cancellationToken) is { } process
                && MemoryLimit.ControlGroup(process) is { } group && HasMemory(group))
            {
                return new ContainerMemory(group);
            }
        }

        return null;
    }

    /// <summary>What the container holds without the file cache that can be dropped at any time; null when it has
    /// ended.</summary>
    public MemoryReading? Read()
    {
        var bytes = Number("memory.current") ?? Number("memory.usage_in_bytes");
        return bytes is { } current
            ? new MemoryReading(
                StartedAt: null, Math.Max(current - InactiveFile(), 0), Limit(), Handles: null,
                    (int?)Number("pids.current"))
            : null;
    }

    private static string? ByIdOf(string id, string root) => Directory.EnumerateDirectories(
        root, $"*{id}*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .FirstOrDefault(HasMemory);

    private static bool HasMemory(string folder) =>
        File.Exists(Path.Combine(folder, "memory.current")) || File.Exists(Path.Combine(folder, "memory.usage_in_bytes"));

    private static async Task<string?> ProcessOfAsync(string runtime, string container, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var result = await Cli.Wrap(runtime)
                .WithArguments(["inspect", "--type", "container", "--format", "{{.State.Pid}}", "--", container])
                .WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(limit.Token);
            return result.IsSuccess && int.TryParse(result.StandardOutput.Trim(), CultureInfo.InvariantCulture, out var id)
                && id > 0
                ? id.ToString(CultureInfo.InvariantCulture) : null;
        }
        catch (Exception ex) when (
            ex is Win32Exception || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The runtime is not installed, or does not answer.
            return null;
        }
    }

    /// <summary>Version 1 of control groups expresses "no limit" by a number above any memory size.</summary>
    private long? Limit() =>
        (Number("memory.max") ?? Number("memory.limit_in_bytes")) is { } limit && limit < 1L << 60 ? limit : null;

    private long InactiveFile()
    {
        try
        {
            var line = File.ReadLines(Path.Combine(folder, "memory.stat")).FirstOrDefault(
                line => line.StartsWith("inactive_file ", StringComparison.Ordinal)
                    || line.StartsWith("total_inactive_file ", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[(line.IndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private long? Number(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(Path.Combine(folder, file)), CultureInfo.InvariantCulture, out var number)
                ? number : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
