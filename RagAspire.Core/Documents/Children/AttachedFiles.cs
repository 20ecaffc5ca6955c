using System.Buffers;
using System.Security.Cryptography;
using RagAspire.Documents.Archives;
using RagAspire.Documents.Intake;
using RagAspire.Extraction;

namespace RagAspire.Documents.Children;

/// <summary>A file that was inside a document.</summary>
/// <param name="Start">Where its bytes are among those of the others.</param>
internal sealed record AttachedFile(string Name, string ContentType, byte[] Sha256, long Start, long Length)
{
    /// <summary>By which it is found again when its parent is read again.</summary>
    public string Identity => $"{Name}\n{Convert.ToHexStringLower(Sha256)}";
}

/// <summary>The files that were inside a document, in a temporary file without a name until they are stored.</summary>
/// <param name="maxFiles">In a document and in all documents inside it.</param>
/// <param name="maxBytes">The same.</param>
public sealed class AttachedFiles(int maxFiles, long maxBytes) : IAsyncDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly List<AttachedFile> _files = [];
    private FileStream? _bytes;

    internal int MaxFiles => maxFiles;

    internal long MaxBytes => maxBytes;

    internal IReadOnlyList<AttachedFile> Files => _files;

    public bool IsEmpty => _files.Count == 0;

    /// <summary>Forgets them, because the document is read from its start again.</summary>
    public void Clear()
    {
        _files.Clear();
        _bytes?.SetLength(0);
    }

    /// <summary>Takes a file over.</summary>
    /// <param name="name">As the document around it tells it.</param>
    /// <param name="source">Read for so many bytes and not to its end.</param>
    /// <exception cref="InvalidDataException">There are too many, or too large ones, or its type cannot be read.</exception>
    /// <exception cref="EndOfStreamException">The source ends too early.</exception>
    public async Task AddAsync(string name, Stream source, long length, CancellationToken cancellationToken)
    {
        _bytes ??= TemporaryFile.CreateUnnamed();
        var start = _bytes.Length;
        if (_files.Count >= maxFiles || length <= 0 || length > maxBytes - start)
        {
            throw new InvalidDataException("There are more files in the document than there may be.");
        }

        var sha256 = await CopyAsync(source, _bytes, length, cancellationToken);
        await _bytes.FlushAsync(cancellationToken);
        var clean = ArchivePath.Clean(name);
        await using var content = Open(start, length);
        var type = await DocumentType.DetectAsync(content, clean, cancellationToken);
        if (!type.IsSupported)
        {
            throw new InvalidDataException($"A file of type {type.ContentType} came out of the document.");
        }

        _files.Add(new AttachedFile(clean, type.ContentType, sha256, start, length));
    }

    internal Stream Open(AttachedFile file) => Open(file.Start, file.Length);

    public async ValueTask DisposeAsync()
    {
        if (_bytes is not null)
        {
            await _bytes.DisposeAsync();
        }
    }

    private FilePart Open(long start, long length) => new(_bytes!.SafeFileHandle, start, length);

    private static async Task<byte[]> CopyAsync(
        Stream source, FileStream target, long length, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            target.Position = target.Length;
            for (var left = length; left > 0;)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
                var read = await source.ReadAsync(part, cancellationToken);
                if (read == 0)
                {
                    throw new EndOfStreamException();
                }

                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(part[..read], cancellationToken);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return hash.GetHashAndReset();
    }
}
