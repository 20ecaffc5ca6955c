using System.Buffers.Binary;
using System.Text;

namespace RagAspire.Extraction.Detection;

/// <summary>One file inside a zip file, as its directory describes it.</summary>
/// <param name="Name">With forward slashes and without a leading one.</param>
/// <param name="HeaderOffset">Byte offset of its local header.</param>
/// <param name="CompressedSize">In bytes; null where the header does not have it.</param>
public sealed record ZipEntry(string Name, long HeaderOffset, long? CompressedSize, int Method, bool IsEncrypted);

/// <summary>
/// Lists the entries of a zip file without inflating anything. Where the directory at the end is missing or damaged, the
/// local headers are searched for instead, so that the type of a truncated file is still detected.
/// </summary>
public static class ZipDirectory
{
    private const uint LocalHeader = 0x04034b50;
    private const uint CentralHeader = 0x02014b50;
    private const uint EndRecord = 0x06054b50;
    private const uint SpannedMarker = 0x08074b50;
    private const uint TemporarySpannedMarker = 0x30304b50;
    private const int MaxDirectoryBytes = 16 * 1024 * 1024;
    private const int MaxScanBytes = 256 * 1024 * 1024;

    public static bool LooksLikeZip(ReadOnlySpan<byte> head) =>
        head.Length >= 4
        && BinaryPrimitives.ReadUInt32LittleEndian(head)
            is LocalHeader or EndRecord or SpannedMarker or TemporarySpannedMarker;

    /// <summary>The entries in the order of the directory, at most <paramref name="limit"/> of them.</summary>
    public static async Task<IReadOnlyList<ZipEntry>> ReadAsync(Stream zip, int limit, CancellationToken cancellationToken)
    {
        var entries = await ReadCentralAsync(zip, limit, cancellationToken);
        return entries.Count > 0 ? entries : await ScanAsync(zip, limit, cancellationToken);
    }

    private static async Task<List<ZipEntry>> ReadCentralAsync(Stream zip, int limit, CancellationToken cancellationToken)
    {
        var tail = await ReadAtAsync(zip, zip.Length - (ushort.MaxValue + 22 + 76), ushort.MaxValue + 22 + 76, cancellationToken);
        if (FindDirectory(tail, zip.Length) is not var (size, end) || size <= 0 || size > MaxDirectoryBytes || size > end)
        {
            return [];
        }

        // The directory ends where the end record starts. A difference to the recorded offset is the length of data in
        // front of the zip file, such as a self-extractor.
        var directory = await ReadAtAsync(zip, end - size, (int)size, cancellationToken);
        return Parse(directory, limit, zip.Length);
    }

    private static (long Size, long End)? FindDirectory(byte[] tail, long length)
    {
        var marker = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (marker < 0 || marker + 22 > tail.Length)
        {
            return null;
        }

        var end = length - tail.Length + marker;
        var size = (long)BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(marker + 12));
        var zip64 = tail.AsSpan(0, marker).LastIndexOf("PK\u0006\u0006"u8);
        if (zip64 >= 0 && marker - zip64 is >= 56 and <= 96)
        {
            size = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(zip64 + 40));
            end = length - tail.Length + zip64;
        }

        return (size, end);
    }

    private static List<ZipEntry> Parse(ReadOnlySpan<byte> directory, int limit, long zipLength)
    {
        var entries = new List<ZipEntry>();
        while (entries.Count < limit && directory.Length >= 46
            && BinaryPrimitives.ReadUInt32LittleEndian(directory) == CentralHeader)
        {
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
            var commentLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
            if (46 + nameLength + extraLength > directory.Length)
            {
                break;
            }

            var offset = (long)BinaryPrimitives.ReadUInt32LittleEndian(directory[42..]);
            var size = (long)BinaryPrimitives.ReadUInt32LittleEndian(directory[20..]);
            if (offset < zipLength)
            {
                entries.Add(new ZipEntry(
                    Name(directory.Slice(46, nameLength)),
                    offset,
                    size == uint.MaxValue ? null : size,
                    BinaryPrimitives.ReadUInt16LittleEndian(directory[10..]),
                    (directory[8] & 1) != 0));
            }

            directory = directory[Math.Min(directory.Length, 46 + nameLength + extraLength + commentLength)..];
        }

        return entries;
    }

    private static async Task<IReadOnlyList<ZipEntry>> ScanAsync(Stream zip, int limit, CancellationToken cancellationToken)
    {
        const int window = 1024 * 1024;
        const int overlap = 30 + 512;
        var entries = new List<ZipEntry>();
        for (long start = 0; start < Math.Min(zip.Length, MaxScanBytes) && entries.Count < limit; start += window)
        {
            var bytes = await ReadAtAsync(zip, start, window + overlap, cancellationToken);
            for (var at = 0; entries.Count < limit; at += 4)
            {
                var next = bytes.AsSpan(at).IndexOf("PK\u0003\u0004"u8);
                if (next < 0 || (at += next) >= window)
                {
                    break;
                }

                if (LocalEntry(bytes.AsSpan(at), start + at) is { } entry)
                {
                    entries.Add(entry);
                }
            }
        }

        return entries;
    }

    private static ZipEntry? LocalEntry(ReadOnlySpan<byte> header, long offset)
    {
        if (header.Length < 30)
        {
            return null;
        }

        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        if (30 + nameLength > header.Length)
        {
            return null;
        }

        var flags = header[6];
        var size = (long)BinaryPrimitives.ReadUInt32LittleEndian(header[18..]);
        return new ZipEntry(
            Name(header.Slice(30, nameLength)),
            offset,
            (flags & 8) != 0 || size == uint.MaxValue ? null : size,
            BinaryPrimitives.ReadUInt16LittleEndian(header[8..]),
            (flags & 1) != 0);
    }

    private static string Name(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes).Replace('\\', '/').TrimStart('/');

    private static async Task<byte[]> ReadAtAsync(Stream stream, long offset, int count, CancellationToken cancellationToken)
    {
        stream.Position = Math.Clamp(offset, 0, stream.Length);
        var buffer = new byte[(int)Math.Min(count, stream.Length - stream.Position)];
        await stream.ReadExactlyAsync(buffer, cancellationToken);
        return buffer;
    }
}
