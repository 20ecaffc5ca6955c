using System.Buffers;
using System.Security.Cryptography;
using RagAspire.Extraction;

namespace RagAspire.Documents.Intake;

/// <summary>Why a file cannot become a document.</summary>
public enum FileFault
{
    Empty,
    TooLarge,
    Unsupported,
}

/// <summary>A file cannot become a document, neither by an upload nor from a source. The message is for its owner.</summary>
public sealed class RefusedFileException(FileFault fault, string reason) : Exception(reason)
{
    public FileFault Fault => fault;
}

/// <summary>Streams files to disk and hashes them on the way, so that no file is held in memory.</summary>
public static class FileReceiver
{
    private const int BufferBytes = 1 << 16;
    private const int MaxNameLength = 255;

    /// <param name="name">Of the file, as <see cref="CleanName"/> returns it.</param>
    /// <param name="temporary">Where the bytes go.</param>
    /// <param name="limit">The most bytes.</param>
    /// <exception cref="RefusedFileException">It is empty, larger than the limit, or of a type that cannot be read.</exception>
    public static async Task<UploadedFile> ReceiveAsync(
        Stream content, string name, TemporaryFile temporary, long limit, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        await using var file = temporary.Create();
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (file.Length + read > limit)
                {
                    throw new RefusedFileException(FileFault.TooLarge, $"The file is larger than {limit >> 20} MiB.");
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await file.FlushAsync(cancellationToken);
        if (file.Length == 0)
        {
            throw new RefusedFileException(FileFault.Empty, "The file is empty.");
        }

        file.Position = 0;
        var type = await DocumentType.DetectAsync(file, name, cancellationToken);
        return type.Refusal is null
            ? new UploadedFile(temporary.Path, name, type.ContentType, file.Length, hash.GetHashAndReset())
            : throw new RefusedFileException(FileFault.Unsupported, type.Refusal);
    }

    /// <summary>The last part of a path, without control characters and marks of direction, as the name of a document.</summary>
    public static string CleanName(string path)
    {
        var name = new string([.. path[(path.LastIndexOfAny(['/', '\\']) + 1)..].Where(NameLetters.IsShown)]).Trim();
        return name.Length switch
        {
            0 => "document",
            > MaxNameLength => name[..(char.IsHighSurrogate(name[MaxNameLength - 1]) ? MaxNameLength - 1 : MaxNameLength)],
            _ => name,
        };
    }
}
