using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace RagAspire.Documents.Archives;

/// <summary>One file of an archive.</summary>
/// <param name="Path">As the archive gives it: not to be used as a path of this machine. See <see cref="ArchivePath"/>.</param>
/// <param name="Body">Valid until the next entry is read. What is not read of it is skipped.</param>
/// <param name="Refusal">Why the entry is no file that can be read; null for a file.</param>
public sealed record ArchiveEntry(string Path, Stream Body, string? Refusal = null);

/// <summary>Reads ZIP and TAR archives, also TAR in gzip, in one pass and without holding a file.</summary>
public static class ArchiveReader
{
    /// <exception cref="ArchiveException">It is no archive, is damaged, or ends too early.</exception>
    public static async IAsyncEnumerable<ArchiveEntry> ReadAsync(
        Stream archive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var input = new ArchiveInput(archive);
        await foreach (var entry in (await KindAsync(input, cancellationToken))(input, cancellationToken))
        {
            yield return entry;
        }
    }

    private static async Task<Func<ArchiveInput, CancellationToken, IAsyncEnumerable<ArchiveEntry>>> KindAsync(
        ArchiveInput input, CancellationToken cancellationToken)
    {
        await input.FillAsync(TarEntries.BlockBytes, cancellationToken);
        var start = input.Buffered;
        return start.Span switch
        {
            _ when ZipEntries.IsOne(start.Span) => ZipEntries.ReadAsync,
            [0x1F, 0x8B, ..] => UnpackedAsync,
            _ when TarEntries.IsOne(start.Span) => TarEntries.ReadAsync,
            _ => throw new ArchiveException("The body is neither a ZIP nor a TAR archive."),
        };
    }

    private static async IAsyncEnumerable<ArchiveEntry> UnpackedAsync(
        ArchiveInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var unpacked = new GZipStream(input, CompressionMode.Decompress);
        await using var tar = new ArchiveInput(unpacked);
        await foreach (var entry in TarEntries.ReadAsync(tar, cancellationToken))
        {
            yield return entry;
        }
    }
}
