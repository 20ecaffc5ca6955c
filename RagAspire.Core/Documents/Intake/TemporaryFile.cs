namespace RagAspire.Documents.Intake;

/// <summary>A file of ours in the temporary folder, gone when it is disposed.</summary>
public sealed class TemporaryFile : IDisposable
{
    /// <summary>What the names of all our temporary files begin with, so that a clean-up finds those of killed processes.</summary>
    public const string Prefix = "ragaspire-";

    public string Path { get; } =
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Prefix}{Guid.CreateVersion7():N}.upload");

    public FileStream Create()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path, options);
    }

    public void Dispose() => File.Delete(Path);
}
