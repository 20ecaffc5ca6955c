using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace RagAspire.Documents.Archives;

/// <summary>ZIP archives from their beginning, where the list of files at their end is not there yet.</summary>
internal static class ZipEntries
{
    private const uint Local = 0x0403_4B50;
    private const uint Central = 0x0201_4B50;
    private const uint End = 0x0605_4B50;
    private const uint Descriptor = 0x0807_4B50;

    public static bool IsOne(ReadOnlySpan<byte> start) => start.Length >= 4 && Signature(start) is Local or End;

    public static async IAsyncEnumerable<ArchiveEntry> ReadAsync(
        ArchiveInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await HeaderAsync(input, cancellationToken) is { } header)
        {
            if (header.HasDescriptor && !header.IsFolder && (header.IsEncrypted || header.Method != ZipHeader.Deflated))
            {
                throw new ArchiveException(
                    $"The end of '{header.Path}' cannot be found: it is not compressed and does not tell its size. Send a TAR instead.");
            }

            var body = header.HasDescriptor && header.Method == ZipHeader.Deflated
                ? new ZipBody(header, new DeflateStream(new DeflatedInput(input), CompressionMode.Decompress))
                : Known(input, header);
            if (!header.IsFolder)
            {
                yield return new ArchiveEntry(header.Path, body, Refusal(header));
            }

            await body.SkipAsync(cancellationToken);
            if (header.HasDescriptor)
            {
                await DescriptorAsync(input, header, cancellationToken);
            }

            await body.DisposeAsync();
        }

        // The list of files only repeats what was read, and a request must be read to its end.
        await input.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static ZipBody Known(ArchiveInput input, ZipHeader header)
    {
        var part = new PartStream(input, header.HasDescriptor ? 0 : header.Compressed, header.Path);
        return new ZipBody(
            header, header.Method == ZipHeader.Deflated ? new DeflateStream(part, CompressionMode.Decompress) : part, part);
    }

    private static string? Refusal(ZipHeader header) => header switch
    {
        { IsEncrypted: true } => "It is encrypted.",
        { Method: not (ZipHeader.Stored or ZipHeader.Deflated) } => $"Its method of compression ({header.Method}) is not supported.",
        _ => null,
    };

    /// <returns>Null at the end of the files.</returns>
    private static async Task<ZipHeader?> HeaderAsync(ArchiveInput input, CancellationToken cancellationToken)
    {
        var offset = input.Offset;
        await input.FillAsync(4, cancellationToken);
        var signature = input.Buffered.Length >= 4 ? Signature(input.Buffered.Span) : 0;
        if (signature is Central or End)
        {
            return null;
        }

        if (signature != Local)
        {
            throw new ArchiveException(input.Buffered.Length < 4
                ? $"The archive ends too early, at byte {offset}."
                : $"The archive is damaged: there is no file at byte {offset}.");
        }

        var start = (await input.TakeAsync(ZipHeader.FixedBytes, "a header", cancellationToken)).ToArray();
        var nameBytes = ZipHeader.NameBytes(start);
        if (nameBytes > 1 << 12)
        {
            throw new ArchiveException($"The archive is damaged: the name at byte {offset} has {nameBytes} bytes.");
        }

        var name = ZipHeader.NameOf((await input.TakeAsync(nameBytes, "a name", cancellationToken)).Span);
        var extra = ZipHeader.ExtraBytes(start);
        if (extra > 1 << 15)
        {
            throw new ArchiveException($"The archive is damaged: the header at byte {offset} has {extra} more bytes.");
        }

        var more = await input.TakeAsync(extra, "a header", cancellationToken);
        return ZipHeader.Read(start, name, more.Span);
    }

    /// <summary>Checksum and sizes after a file, with a signature or without.</summary>
    private static async Task DescriptorAsync(ArchiveInput input, ZipHeader header, CancellationToken cancellationToken)
    {
        var bytes = header.IsLarge ? 20 : 12;
        await input.FillAsync(4, cancellationToken);
        if (input.Buffered.Length >= 4 && Signature(input.Buffered.Span) == Descriptor)
        {
            input.Skip(4);
        }

        await input.TakeAsync(bytes, $"'{header.Path}'", cancellationToken);

        // Some programs write sizes of eight bytes without saying so before.
        await input.FillAsync(12, cancellationToken);
        if (!header.IsLarge && IsLarger(input.Buffered.Span))
        {
            input.Skip(8);
        }
    }

    private static bool IsLarger(ReadOnlySpan<byte> rest) =>
        rest.Length >= 12 && !IsSignature(rest) && IsSignature(rest[8..]);

    private static bool IsSignature(ReadOnlySpan<byte> bytes) => Signature(bytes) is Local or Central or End;

    private static uint Signature(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
