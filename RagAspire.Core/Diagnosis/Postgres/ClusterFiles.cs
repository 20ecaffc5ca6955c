using System.Globalization;
using System.Text;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>A file system.</summary>
/// <param name="Path">A directory on it.</param>
public sealed record DiskState(string Path, long SizeBytes, long FreeBytes)
{
    public double UsedShare => SizeBytes == 0 ? 0 : 1 - (FreeBytes / (double)SizeBytes);
}

/// <summary>Reads the files of a cluster on this machine, which need no server.</summary>
public static class ClusterFiles
{
    private const int LogTail = 64 << 10;

    /// <summary>The major version that created the cluster; null without one.</summary>
    public static int? MajorVersion(string cluster) =>
        int.TryParse(ReadText(Path.Combine(cluster, "PG_VERSION")), CultureInfo.InvariantCulture, out var major) ? major : null;

    /// <summary>The process id of the server that runs, or last ran, on the cluster.</summary>
    public static int? ProcessId(string cluster) =>
        int.TryParse(FirstLine(ReadText(Path.Combine(cluster, "postmaster.pid"))), CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>
    /// Whether that process exists. Another program may have its id after a crash, so the name is compared too.
    /// </summary>
    public static bool IsRunning(string cluster)
    {
        if (ProcessId(cluster) is not { } id)
        {
            return false;
        }

        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return process.ProcessName.Contains("postgres", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception ex) when (ex is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The newest log file: the one of the last start where that is newer.</summary>
    public static string? LogFile(string cluster)
    {
        try
        {
            var logs = new DirectoryInfo(Path.Combine(cluster, "log"));
            return (logs.Exists ? logs.EnumerateFiles("*.log") : [])
                .Append(new FileInfo(Path.Combine(cluster, "start.log")))
                .Where(file => file is { Exists: true, Length: > 0 })
                .MaxBy(file => file.LastWriteTimeUtc)?.FullName;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The last lines of a log file, oldest first; empty when it cannot be read.</summary>
    public static IReadOnlyList<string> LastLines(string? file, int count)
    {
        if (file is null)
        {
            return [];
        }

        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var isWhole = stream.Length <= LogTail;
            stream.Position = isWhole ? 0 : stream.Length - LogTail;
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return [.. lines.Skip(isWhole ? 0 : 1).TakeLast(count).Select(line => line.TrimEnd('\r'))];
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The file system that holds a path; null when it cannot be asked.</summary>
    public static DiskState? Disk(string path)
    {
        try
        {
            var drive = new DriveInfo(path);
            return new DiskState(path, drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string? ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? FirstLine(string? text) => text?.Split('\n')[0].Trim();
}
