using RagAspire.Backups.Files;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>
/// Backups as subdirectories of a directory. A partial backup has the suffix <c>.partial</c> until it is complete.
/// </summary>
internal sealed class DirectoryTarget(string directory) : IBackupTarget
{
    private const string Partial = ".partial";
    private const int BufferBytes = 1 << 17;

    public string Place { get; } = Path.GetFullPath(directory);

    public Task<long?> FreeBytesAsync(CancellationToken cancellationToken)
    {
        try
        {
            MakePrivate(Place);
            var probe = Path.Combine(Place, $".write-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return Task.FromResult<long?>(new DriveInfo(Place).AvailableFreeSpace);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new MaintenanceException($"The directory of the backups cannot be written to: {ex.Message}", ex);
        }
    }

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Ids(directory => IsPublished(directory))]);

    public Task<IReadOnlyList<string>> ListPartialAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Ids(directory => !IsPublished(directory))]);

    public async Task WriteAsync(
        string backup, string file, long expectedBytes, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var folder = MakePrivate(PathOf(backup) + Partial);
        var path = Path.Combine(folder, Checked(file));
        try
        {
            await using var stream = new FileStream(
                path, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes, useAsync: true);
            await write(stream);
            await stream.FlushAsync(cancellationToken);
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    public async Task PublishAsync(string backup, byte[] manifest, CancellationToken cancellationToken)
    {
        await WriteAsync(
            backup,
            BackupManifest.FileName,
            manifest.Length,
            stream => stream.WriteAsync(manifest, cancellationToken).AsTask(),
            cancellationToken);
        Directory.Move(PathOf(backup) + Partial, PathOf(backup));
    }

    public Task<Stream?> OpenAsync(string backup, string file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(PathOf(backup), Checked(file));
        return Task.FromResult<Stream?>(File.Exists(path)
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, useAsync: true)
            : null);
    }

    public Task DeleteAsync(string backup, CancellationToken cancellationToken)
    {
        foreach (var folder in new[] { PathOf(backup), PathOf(backup) + Partial }.Where(Directory.Exists))
        {
            File.Delete(Path.Combine(folder, BackupManifest.FileName));
            Directory.Delete(folder, recursive: true);
        }

        return Task.CompletedTask;
    }

    /// <summary>Backups contain all documents, so only the owner may read them.</summary>
    private static string MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private static bool IsPublished(string folder) =>
        !folder.EndsWith(Partial, StringComparison.Ordinal) && File.Exists(Path.Combine(folder, BackupManifest.FileName));

    private IEnumerable<string> Ids(Func<string, bool> matches) => !Directory.Exists(Place)
        ? []
        : Directory.EnumerateDirectories(Place).Where(matches)
            .Select(folder => Path.GetFileName(folder).Replace(Partial, "", StringComparison.Ordinal))
            .Where(BackupId.IsValid).Distinct().Order(StringComparer.Ordinal);

    private string PathOf(string backup) => Path.Combine(Place, Checked(backup));

    /// <summary>Names come from manifests too, which an attacker may have changed to paths outside the directory.</summary>
    private static string Checked(string name) => name.Length > 0 && Path.GetFileName(name) == name && name is not ("." or "..")
        ? name
        : throw new DamagedBackupException($"'{name}' is not a file name.");
}
