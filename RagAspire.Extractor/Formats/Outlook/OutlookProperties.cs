using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace RagAspire.Extractor.Formats.Outlook;

/// <summary>
/// The properties of a message or of an attachment (MS-OXMSG): short values in one list, texts in files of their own.
/// </summary>
/// <param name="entry">The folder of the message.</param>
/// <param name="headerBytes">What stands before the list.</param>
internal sealed class OutlookProperties(CompoundEntry entry, int headerBytes)
{
    private const string Prefix = "__substg1.0_";
    private const int Western = 1252;

    private readonly byte[] _values = entry.Read("__properties_version1.0") ?? [];

    /// <summary>The encoding of texts that are not Unicode.</summary>
    public Encoding? Encoding => TextDecoder.EncodingOf(Number(0x3FFD) ?? Number(0x3FDE) ?? Western);

    public string Text(int id)
    {
        if (Bytes(id, 0x001F) is { } unicode)
        {
            return System.Text.Encoding.Unicode.GetString(unicode).TrimEnd('\0');
        }

        var bytes = Bytes(id, 0x001E) ?? [];
        return (Encoding ?? System.Text.Encoding.Latin1).GetString(bytes).TrimEnd('\0');
    }

    public byte[]? Bytes(int id, int type = 0x0102) =>
        entry.Read(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id:X4}{type:X4}"));

    /// <summary>The folder of an object, such as an attached message.</summary>
    public CompoundEntry? Folder(int id)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id:X4}000D");
        foreach (var folder in entry.Folders)
        {
            if (folder.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return folder;
            }
        }

        return null;
    }

    public int? Number(int id) => Find(id, 0x0003) is { } at ? BinaryPrimitives.ReadInt32LittleEndian(_values.AsSpan(at)) : null;

    public DateTime? Time(int id)
    {
        var ticks = Find(id, 0x0040) is { } at ? BinaryPrimitives.ReadInt64LittleEndian(_values.AsSpan(at)) : 0;
        return ticks > 0 && ticks < DateTime.MaxValue.Ticks / 2 ? DateTime.FromFileTimeUtc(ticks) : null;
    }

    private int? Find(int id, int type)
    {
        for (var at = headerBytes; at + 16 <= _values.Length; at += 16)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(_values.AsSpan(at + 2)) == id
                && BinaryPrimitives.ReadUInt16LittleEndian(_values.AsSpan(at)) == type)
            {
                return at + 8;
            }
        }

        return null;
    }
}
