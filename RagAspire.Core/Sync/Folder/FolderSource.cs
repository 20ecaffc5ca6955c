using System.Globalization;
using RagAspire.Documents.Intake;

namespace RagAspire.Sync.Folder;

/// <summary>
/// The files of a folder and its sub-folders. Links are not followed, and what begins with a dot or <c>~$</c> is left out.
/// </summary>
internal sealed class FolderSource(string root, int maxFiles) : ISyncSource
{
    public Task<SourceListing> ListAsync(CancellationToken cancellationToken)
    {
        var (files, problems) = (new List<SourceFile>(), new List<string>());
        var open = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (open.TryPop(out var folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                foreach (var entry in folder.EnumerateFileSystemInfos("*", SearchOption.TopDirectoryOnly).Where(IsWanted))
                {
                    if (entry is DirectoryInfo inner)
                    {
                        open.Push(inner);
                    }
                    else if (entry is FileInfo file)
                    {
                        Add(file, files, problems);
                    }
                }
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                if (folder.FullName == new DirectoryInfo(root).FullName)
                {
                    throw new SourceUnavailableException($"The folder {root} cannot be listed: {ex.Message}", ex);
                }

                problems.Add($"The folder {PathOf(folder)} cannot be listed: {ex.Message}");
            }
        }

        return Task.FromResult(new SourceListing(files, problems));
    }

    public Task<OpenedFile?> OpenAsync(SourceFile file, string? tag, CancellationToken cancellationToken)
    {
        if (file.Size == 0)
        {
            // Pipes, sockets and devices say so too, and the open of a pipe would wait for ever.
            throw new RefusedFileException(FileFault.Empty, "The file is empty.");
        }

        try
        {
            var stream = new FileStream(Path.Combine(root, file.Path), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
            return Task.FromResult<OpenedFile?>(new OpenedFile(stream, FileReceiver.CleanName(file.Path), Tag: null));
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new SourceFileException(ex.Message, ex);
        }
    }

    public void Dispose()
    {
    }

    private void Add(FileInfo file, List<SourceFile> files, List<string> problems)
    {
        if (files.Count == maxFiles)
        {
            throw new SourceUnavailableException($"The folder {root} has more than {maxFiles} files (Sync:MaxFiles).");
        }

        var path = PathOf(file);
        if (!SourcePaths.AreStorable(path))
        {
            problems.Add($"The name of the file {path} is not text.");
            return;
        }

        try
        {
            var version = string.Create(CultureInfo.InvariantCulture, $"{file.Length}-{file.LastWriteTimeUtc.Ticks}");
            files.Add(new SourceFile(path, file.Length, version));
        }
        catch (FileNotFoundException)
        {
            // It was deleted a moment ago.
        }
    }

    private static bool IsWanted(FileSystemInfo entry) =>
        !entry.Name.StartsWith('.') && !entry.Name.StartsWith("~$", StringComparison.Ordinal)
        && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private string PathOf(FileSystemInfo entry) => Path.GetRelativePath(root, entry.FullName).Replace('\\', '/');
}
