namespace RagAspire.Embedded;

/// <summary>
/// Marks a directory as used by this process. The operating system releases the lock when the process ends, however it
/// ends, so a lock is never stale.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="EmbeddedStoreException">Another process holds it.</exception>
    public static DirectoryLock Take(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            using var writer = new StreamWriter(file, leaveOpen: true);
            file.SetLength(0);
            writer.WriteLine(Environment.ProcessId);
            return new DirectoryLock(file);
        }
        catch (IOException ex)
        {
            throw new EmbeddedStoreException(
                $"{Path.GetDirectoryName(Path.GetFullPath(path))} is in use by another process "
                + $"({Path.GetFileName(path)} is locked): stop that process first, or set RAGASPIRE_DATA to another directory.", ex);
        }
    }

    public void Dispose() => _file.Dispose();
}
