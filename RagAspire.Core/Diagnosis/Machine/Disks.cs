using System.Runtime.InteropServices;

namespace RagAspire.Diagnosis.Machine;

/// <summary>The state of one file system.</summary>
/// <param name="Free">Bytes that users other than root may still write.</param>
/// <param name="Inodes">Zero where the file system has no fixed number of them.</param>
internal sealed record DiskUsage(string Mount, double Size, double Free, double Inodes, double FreeInodes);

/// <summary>Reads the usage of file systems.</summary>
internal static partial class Disks
{
    private static readonly string[] WithoutSpace =
    [
        "proc", "sysfs", "devpts", "cgroup", "cgroup2", "mqueue", "squashfs", "iso9660", "erofs", "autofs", "nsfs", "devtmpfs",
        "efivarfs",
    ];

    private static readonly string[] Kernel = ["/proc/", "/sys/"];

    /// <summary>Mount points of file systems that can be written, each file system once.</summary>
    public static IReadOnlyList<string> Mounts(KernelFiles files) =>
    [
        .. files.Lines("/proc/self/mountinfo")
            .Select(KernelFiles.Split)
            .Select(words => (Words: words, Separator: words.ToList().IndexOf("-")))
            .Where(row => row.Separator > 5 && row.Words.Count > row.Separator + 2)
            .Select(row => new Mount(row.Words[4], row.Words[2], row.Words[row.Separator + 1], row.Words[5]))
            .GroupBy(mount => mount.Point, StringComparer.Ordinal)

            // Of several at one place the last hides the others.
            .Select(mounts => mounts.Last())
            .Where(HasSpace)
            .GroupBy(mount => mount.Device, StringComparer.Ordinal)
            .Select(device => device.Select(mount => mount.Point).MinBy(point => point.Length)!)
            .Select(point => point.Replace("\\040", " ", StringComparison.Ordinal)),
    ];

    /// <summary>The usage of the file system of a path; null where the path is not on one with a size.</summary>
    public static DiskUsage? Usage(string path)
    {
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess)
        {
            return StatVfs(path, out var status) == 0 && status.Blocks > 0
                ? new DiskUsage(
                    path, (double)(status.Blocks - status.BlocksFree + status.BlocksAvailable) * status.FragmentSize,
                    (double)status.BlocksAvailable * status.FragmentSize, status.Files, status.FilesFree)
                : null;
        }

        var drive = new DriveInfo(path);
        return drive.IsReady ? new DiskUsage(path, drive.TotalSize, drive.AvailableFreeSpace, 0, 0) : null;
    }

    /// <summary>The overlay of a container lies on a disk that is listed itself; inside the container it is the root.</summary>
    private static bool HasSpace(Mount mount) =>
        !WithoutSpace.Contains(mount.Type)
        && !Array.Exists(Kernel, folder => mount.Point.StartsWith(folder, StringComparison.Ordinal))
        && (mount.Type != "overlay" || mount.Point == "/")
        && !mount.Options.Split(',').Contains("ro");

    [LibraryImport("libc", EntryPoint = "statvfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatVfs(string path, out FileSystemStatus status);

    private sealed record Mount(string Point, string Device, string Type, string Options);

    /// <summary><c>struct statvfs</c> of 64-bit Linux; the rest is reserved.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct FileSystemStatus
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong BlocksFree;
        public ulong BlocksAvailable;
        public ulong Files;
        public ulong FilesFree;
        public ulong FilesAvailable;
    }
}
