using System.Globalization;
using RagAspire.Embedded;

namespace RagAspire.Tests.Support;

/// <summary>
/// A temporary directory for one test. Its name carries the process that made it, so that the next run ends the
/// servers and removes the files that a killed run left.
/// </summary>
public sealed class TestDirectory : IDisposable
{
    private const string Prefix = "ragaspire-test-";

    /// <summary>A file system in memory, which Linux has, and how much of it must be free for a run.</summary>
    private const string Memory = "/dev/shm";
    private const long Needed = 14L << 30;

    private static readonly Lock Cleaning = new();
    private static bool _cleaned;

    private TestDirectory(string path) => Path = path;

    public string Path { get; }

    /// <param name="inMemory">
    /// For very many files, which a disk takes minutes to create and to delete; on the disk all the same where memory is short.
    /// </param>
    public static TestDirectory Create(string purpose, bool inMemory = false)
    {
        lock (Cleaning)
        {
            if (!_cleaned)
            {
                RemoveLeftOvers();
                _cleaned = true;
            }
        }

        var mark = ProcessIdentity.Of(System.Diagnostics.Process.GetCurrentProcess())!;
        var name = string.Create(CultureInfo.InvariantCulture,
            $"{Prefix}{mark.ProcessId}-{mark.StartedAt.ToUnixTimeSeconds()}-{purpose}-");
        return new TestDirectory(inMemory && HasMemory()
            ? Directory.CreateDirectory($"{Memory}/{name}{Guid.NewGuid():N}").FullName
            : Directory.CreateTempSubdirectory(name).FullName);
    }

    /// <summary>
    /// The bytes of all files below a directory, of which others may delete some meanwhile; 0 where it does not exist.
    /// </summary>
    public static long BytesIn(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Sum(BytesOf)
        : 0;

    public void Dispose() => Remove(Path);

    private static bool HasMemory() => OperatingSystem.IsLinux() && Directory.Exists(Memory)
        && new DriveInfo(Memory).AvailableFreeSpace > Needed && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > Needed
        && File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..]
        && long.Parse(kilobytes, CultureInfo.InvariantCulture) > Needed / 1024;

    private static long BytesOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static void RemoveLeftOvers()
    {
        foreach (var directory in new[] { System.IO.Path.GetTempPath(), Memory }.Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateDirectories(root, Prefix + "*")))
        {
            var parts = System.IO.Path.GetFileName(directory)[Prefix.Length..].Split('-');
            if (parts.Length >= 2
                && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var processId)
                && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var startedAt)
                && !new ProcessIdentity(processId, DateTimeOffset.FromUnixTimeSeconds(startedAt))
                    .IsRunning(TimeSpan.FromSeconds(30)))
            {
                EndServer(directory);
                Remove(directory);
            }
        }
    }

    // The same file that PostgreSQL itself goes by; its first line is the process, its third the start.
    private static void EndServer(string directory)
    {
        var file = System.IO.Path.Combine(directory, "postgres", "postmaster.pid");
        if (!File.Exists(file))
        {
            return;
        }

        var lines = File.ReadAllLines(file);
        var server = new ProcessIdentity(
            int.Parse(lines[0], CultureInfo.InvariantCulture),
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(lines[2], CultureInfo.InvariantCulture)));
        if (server.IsRunning(TimeSpan.FromSeconds(30), "postgres"))
        {
            using var process = System.Diagnostics.Process.GetProcessById(server.ProcessId);
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(10));
        }
    }

    private static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // A process that is just ending may still write; the next run tries again.
            Console.Error.WriteLine($"{directory} stays for now: {ex.Message}");
        }
    }
}
