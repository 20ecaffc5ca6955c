using RagAspire.Extraction.Detection;

namespace RagAspire.Extraction;

/// <summary>The type of a file, detected from its bytes.</summary>
/// <param name="ContentType">One of <see cref="ContentTypes"/>, or the type of a rejected file.</param>
/// <param name="Refusal">Why the file cannot be read and what would help, for its owner; null for a supported type.</param>
public sealed record DocumentType(string ContentType, string? Refusal = null)
{
    private const int HeadBytes = 64 * 1024;
    private const int MaxEntries = 10_000;

    public bool IsSupported => Refusal is null;

    /// <summary>
    /// Detects the type from the first 64 KiB and from the entry names of zip files, without parsing. The file name only
    /// decides between kinds of text that look alike (.md, .csv, .txt).
    /// </summary>
    /// <param name="content">A seekable stream, read from its start; its position is restored.</param>
    /// <param name="fileName">The name of the upload, if any.</param>
    public static async Task<DocumentType> DetectAsync(
        Stream content, string? fileName, CancellationToken cancellationToken)
    {
        var position = content.Position;
        try
        {
            var head = await ReadAsync(content, 0, cancellationToken);
            if (CompoundKinds.IsOne(head.Span))
            {
                var directory = CompoundKinds.DirectoryOffset(head.Span);
                return CompoundKinds.Detect((await ReadAsync(content, directory, cancellationToken)).Span);
            }

            if (ZipDirectory.LooksLikeZip(head.Span))
            {
                var listing = await ZipDirectory.ReadAsync(content, MaxEntries, cancellationToken);
                return ZipKinds.Detect(listing, head.Span);
            }

            return BinaryKinds.Detect(head.Span) ?? TextKinds.Detect(head.Span, fileName);
        }
        finally
        {
            content.Position = position;
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream content, long offset, CancellationToken cancellationToken)
    {
        content.Position = Math.Min(offset, content.Length);
        var buffer = new byte[(int)Math.Min(HeadBytes, content.Length - content.Position)];
        return buffer.AsMemory(0, await content.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken));
    }
}
