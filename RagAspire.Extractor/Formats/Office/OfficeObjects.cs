using System.Buffers.Binary;
using System.Text;
using RagAspire.Extractor.Formats.Outlook;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The files that an author has put into a text, a slide or a sheet, which show as icons or previews.</summary>
internal static class OfficeObjects
{
    private const string NativeStream = "\u0001Ole10Native";
    private const string PackageStream = "Package";

    public static void TakeOut(OfficePart part, DocumentSink sink) => AttachedFile.TakeOut(
        [
            .. part.RelatedFor("package").Select(file => new AttachedFile(file.FileName, file.ReadAll)),
            .. part.RelatedFor("oleObject").Select(Unpacked),
        ],
        sink);

    private static AttachedFile Unpacked(OfficePart part)
    {
        var content = part.ReadAll();
        try
        {
            var root = new CompoundFile(content).Root;
            return root.Read(NativeStream) is { } native && Native(native) is { } file ? file
                : new AttachedFile(part.FileName, () => root.Read(PackageStream) ?? content);
        }
        catch (Exception exception) when (exception is InvalidDataException or ArgumentException or IndexOutOfRangeException)
        {
            return new AttachedFile(part.FileName, () => content);
        }
    }

    /// <summary>
    /// A file as the Packager of Windows wraps it: size and flags, its label, its path, more flags, the path of a copy with its
    /// length, the bytes with their length.
    /// </summary>
    /// <returns>Null where it is damaged, or only a link.</returns>
    private static AttachedFile? Native(byte[] native)
    {
        var at = Math.Min(6, native.Length);
        var label = Words(native, ref at);
        Words(native, ref at);
        at = Math.Min(at + 4, native.Length);
        return Part(native, ref at) is not null && Part(native, ref at) is { } content
            ? new AttachedFile(label, () => content)
            : null;
    }

    private static byte[]? Part(byte[] bytes, ref int at)
    {
        if (bytes.Length - at < 4)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
        if (length < 0 || length > bytes.Length - at - 4)
        {
            return null;
        }

        var part = bytes.AsSpan(at + 4, length).ToArray();
        at += 4 + length;
        return part;
    }

    private static string Words(byte[] bytes, ref int at)
    {
        var rest = bytes.AsSpan(at);
        var end = rest.IndexOf((byte)0);
        var length = end < 0 ? rest.Length : end;
        at += Math.Min(length + 1, rest.Length);
        return Encoding.Latin1.GetString(rest[..length]);
    }
}
