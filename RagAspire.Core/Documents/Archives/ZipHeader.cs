using System.Buffers.Binary;
using System.Text;

namespace RagAspire.Documents.Archives;

/// <summary>What stands before a file in a ZIP archive.</summary>
/// <param name="Compressed">In bytes; not known where a descriptor follows.</param>
/// <param name="HasDescriptor">Checksum and sizes follow the file, because they were not known when it was written.</param>
/// <param name="IsLarge">Sizes have eight bytes.</param>
internal sealed record ZipHeader(
    string Path, int Method, long Compressed, uint Checksum, bool HasDescriptor, bool IsEncrypted, bool IsLarge)
{
    public const int Stored = 0;
    public const int Deflated = 8;

    /// <summary>Of the part with a fixed length, with its signature.</summary>
    public const int FixedBytes = 30;

    private const uint InExtra = uint.MaxValue;

    public bool IsFolder => Path.EndsWith('/');

    public static int NameBytes(ReadOnlySpan<byte> fixedPart) => BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[26..]);

    public static int ExtraBytes(ReadOnlySpan<byte> fixedPart) => BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[28..]);

    public static ZipHeader Read(ReadOnlySpan<byte> fixedPart, string name, ReadOnlySpan<byte> extra)
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[6..]);
        var compressed = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[18..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[22..]);
        var large = Large(extra);
        return new ZipHeader(
            name,
            BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[8..]),
            compressed == InExtra && large.Length >= (size == InExtra ? 16 : 8)
                ? (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(large[(size == InExtra ? 8 : 0)..]), long.MaxValue)
                : compressed,
            BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[14..]),
            (flags & 0x8) != 0,
            (flags & 0x1) != 0,
            large.Length > 0);
    }

    /// <summary>Names are read as UTF-8, whatever the flag says; invalid bytes become replacement characters.</summary>
    public static string NameOf(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    private static ReadOnlySpan<byte> Large(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }
}
