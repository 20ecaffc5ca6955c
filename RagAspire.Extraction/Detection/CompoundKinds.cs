using System.Buffers.Binary;
using System.Text;

namespace RagAspire.Extraction.Detection;

/// <summary>
/// OLE containers: the old binary Office formats, and password-protected new ones. The names in the directory of the
/// container identify the format.
/// </summary>
internal static class CompoundKinds
{
    private const string ContentType = "application/x-ole-storage";
    private const int EntryBytes = 128;

    private static readonly (string Stream, string ContentType, string? Refusal)[] Kinds =
    [
        ("__properties_version1.0", ContentTypes.OutlookMessage, null),
        ("EncryptedPackage", ContentTypes.ProtectedOffice, null),
        ("WordDocument", "application/msword", BinaryKinds.Old("Word", ".docx")),
        ("PowerPoint Document", "application/vnd.ms-powerpoint", BinaryKinds.Old("PowerPoint", ".pptx")),
        ("Workbook", ContentTypes.OldExcel, null),
        ("Book", ContentTypes.OldExcel, null),
        ("VisioDocument", "application/vnd.visio", "This is a Visio drawing: export it as PDF."),
        ("Quill", "application/x-mspublisher", "This is a Publisher file: export it as PDF."),
    ];

    public static bool IsOne(ReadOnlySpan<byte> head) =>
        head.Length >= 512 && head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]);

    /// <summary>Byte offset of the directory, from the header of the container.</summary>
    public static long DirectoryOffset(ReadOnlySpan<byte> head)
    {
        var sectorShift = Math.Clamp((int)BinaryPrimitives.ReadUInt16LittleEndian(head[30..]), 7, 12);
        return ((long)BinaryPrimitives.ReadUInt32LittleEndian(head[48..]) + 1) << sectorShift;
    }

    /// <param name="directory">The first sectors of the directory.</param>
    public static DocumentType Detect(ReadOnlySpan<byte> directory)
    {
        var top = TopEntries(directory);
        return Kind(top) ?? Kind(directory) ?? new DocumentType(
            ContentType,
            "This is an Office file in the old binary format or protected by a password: save it as .docx, .xlsx, .pptx " +
            "or PDF, without a password.");
    }

    private static DocumentType? Kind(ReadOnlySpan<byte> entries)
    {
        foreach (var (stream, contentType, refusal) in Kinds)
        {
            if (HasEntry(entries, stream))
            {
                return new DocumentType(contentType, refusal);
            }
        }

        return null;
    }

    /// <summary>The entries at the top of the container: documents inside it have entries in the same directory.</summary>
    private static byte[] TopEntries(ReadOnlySpan<byte> directory)
    {
        var found = new List<byte>();
        var open = new Stack<uint>();
        open.Push(directory.Length >= EntryBytes ? BinaryPrimitives.ReadUInt32LittleEndian(directory[76..]) : uint.MaxValue);
        for (var left = directory.Length / EntryBytes; left > 0 && open.TryPop(out var number);)
        {
            if (number < directory.Length / EntryBytes)
            {
                var entry = directory.Slice((int)number * EntryBytes, EntryBytes);
                found.AddRange(entry);
                open.Push(BinaryPrimitives.ReadUInt32LittleEndian(entry[68..]));
                open.Push(BinaryPrimitives.ReadUInt32LittleEndian(entry[72..]));
                left--;
            }
        }

        return [.. found];
    }

    // A directory entry is a name of at most 32 UTF-16 characters in 64 bytes, then its length in bytes with the end
    // mark. Entries are aligned to 128 bytes.
    private static bool HasEntry(ReadOnlySpan<byte> directory, string name)
    {
        Span<byte> encoded = stackalloc byte[64];
        var length = Encoding.Unicode.GetBytes(name, encoded);
        for (var offset = 0; offset + EntryBytes <= directory.Length; offset += EntryBytes)
        {
            var entry = directory.Slice(offset, EntryBytes);
            if (entry.StartsWith(encoded[..length]) && BinaryPrimitives.ReadUInt16LittleEndian(entry[64..]) == length + 2)
            {
                return true;
            }
        }

        return false;
    }
}
