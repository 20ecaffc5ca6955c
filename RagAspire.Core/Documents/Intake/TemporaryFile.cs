namespace RagAspire.Documents.Intake;

/// <summary>A file in the temporary folder that is deleted when it is disposed.</summary>
public sealed class TemporaryFile : IDisposable
{
    /// <summary>
    /// The prefix of all temporary files of the product, by which the clean-up finds those of killed processes.
    /// </summary>
    public const string Prefix = "ragaspire-";

    public string Path { get; } =
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Prefix}{Guid.CreateVersion7():N}.{Environment.ProcessId}");

    /// <summary>A file that no other process can open, and that ends with its stream or with this process.</summary>
    public static FileStream CreateUnnamed()
    {
        var file = new TemporaryFile();
        var stream = file.Create(OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        if (!OperatingSystem.IsWindows())
        {
            // On Unix an open file does not need a name.
            file.Dispose();
        }

        return stream;
    }

    public FileStream Create() => Create(FileOptions.None);

    public void Dispose() => File.Delete(Path);

    private FileStream Create(FileOptions more)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | more,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path, options);
    }
}
