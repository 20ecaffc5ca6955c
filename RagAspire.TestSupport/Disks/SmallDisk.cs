using System.Diagnostics;

namespace RagAspire.TestSupport.Disks;

/// <summary>A small file system in memory, to be filled. Mounting one needs root on Linux.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Whether this process may mount one; containers often forbid it even to root.</summary>
    public static bool CanMount { get; } = Probe();

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <exception cref="IOException">It cannot be mounted.</exception>
    public static SmallDisk Mount(int megabytes)
    {
        var directory = Directory.CreateTempSubdirectory("ragaspire-disk-").FullName;
        return Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0755", "tmpfs", directory)
            ? new SmallDisk(directory)
            : throw new IOException($"A file system of {megabytes} MB cannot be mounted on {directory}.");
    }

    /// <summary>Writes until nothing more fits.</summary>
    public void Fill()
    {
        var block = new byte[64 << 10];
        try
        {
            using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
            {
                file.Write(block);
                block = block.Length > 4096 && new DriveInfo(Path).AvailableFreeSpace < block.Length ? new byte[4096] : block;
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Clear() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return false;
        }

        var directory = Directory.CreateTempSubdirectory("ragaspire-mount-").FullName;
        var mounted = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory) && Run("umount", directory);
        Directory.Delete(directory);
        return mounted;
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
