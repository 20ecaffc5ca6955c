namespace RagAspire.Sync;

/// <summary>A file as the source lists it.</summary>
/// <param name="Path">Its identity in the source.</param>
/// <param name="Size">Null where the source does not tell.</param>
/// <param name="Version">Changes with the file, like its size and date; empty where only reading tells.</param>
public sealed record SourceFile(string Path, long? Size, string Version);

/// <summary>All files of a source.</summary>
/// <param name="Problems">What could not be listed. A file that is missing here may still be there then.</param>
public sealed record SourceListing(IReadOnlyList<SourceFile> Files, IReadOnlyList<string> Problems);

/// <summary>An opened file.</summary>
/// <param name="Name">The name of its document.</param>
/// <param name="Tag">With which the source can be asked for changes; null for none.</param>
public sealed record OpenedFile(Stream Content, string Name, string? Tag) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>A place whose files are kept as documents.</summary>
public interface ISyncSource : IDisposable
{
    /// <exception cref="SourceUnavailableException">The place is not there, or refuses to list.</exception>
    Task<SourceListing> ListAsync(CancellationToken cancellationToken);

    /// <param name="tag">Of the version that is stored; null where none is.</param>
    /// <returns>Null when the file still is the version of the tag.</returns>
    /// <exception cref="SourceFileException">This file cannot be read now.</exception>
    /// <exception cref="SourceFileGoneException">The source says that the file is not there any more.</exception>
    /// <exception cref="Documents.Intake.RefusedFileException">The file may not be read.</exception>
    Task<OpenedFile?> OpenAsync(SourceFile file, string? tag, CancellationToken cancellationToken);
}

/// <summary>A source cannot be reached, or cannot be trusted to tell what is gone.</summary>
public sealed class SourceUnavailableException(string reason, Exception? innerException = null)
    : Exception(reason, innerException);

/// <summary>One file cannot be read.</summary>
public sealed class SourceFileException(string reason, Exception? innerException = null) : Exception(reason, innerException);

/// <summary>One file is not there any more.</summary>
public sealed class SourceFileGoneException(string reason) : Exception(reason);
