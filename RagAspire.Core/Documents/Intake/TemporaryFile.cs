namespace RagAspire.Documents.Intake;

/// <summary>A file in the temporary folder that is deleted when it is disposed.</summary>
public sealed class TemporaryFile : IDisposable
{
    /// <summary>
    /// The prefix of all temporary files of the product, by which the clean-up finds those of killed processes.
    /// </summary>
    public const string Prefix = "ragaspire-";

    public string Path { get; } =
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Prefix}{Guid.CreateVersion7():N}.upload");

    public FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path, options);
    }

    public void Dispose() => File.Delete(Path);
}
