using System.Buffers.Binary;
using System.Text;

namespace RagAspire.Extractor.Formats.Outlook;

/// <summary>The body of a message in compressed RTF (MS-OXRTFCP).</summary>
internal static class CompressedRtf
{
    private const int WindowBytes = 4096;
    private const int MaxBytes = 64 * 1024 * 1024;
    private const uint Compressed = 0x75465A4C, Stored = 0x414C454D;

    private static readonly byte[] Beginning = Encoding.ASCII.GetBytes(
        @"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
        + "Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx");

    /// <returns>Empty when it is none.</returns>
    public static byte[] Expand(byte[] body)
    {
        if (body.Length < 16)
        {
            return [];
        }

        var kind = BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(8));
        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(4)), MaxBytes);
        return kind == Compressed ? Inflate(body, size)
            : kind == Stored ? body[16..Math.Min(body.Length, 16 + size)]
            : [];
    }

    private static byte[] Inflate(byte[] body, int size)
    {
        var window = new byte[WindowBytes];
        Beginning.CopyTo(window, 0);
        var write = Beginning.Length;
        using var text = new MemoryStream();
        var at = 16;
        while (at < body.Length && text.Length < size)
        {
            var control = body[at++];
            for (var bit = 0; bit < 8 && at < body.Length && text.Length < size; bit++)
            {
                if ((control & (1 << bit)) == 0)
                {
                    Put(body[at++]);
                    continue;
                }

                if (at + 2 > body.Length)
                {
                    return text.ToArray();
                }

                var reference = BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at));
                at += 2;
                var read = reference >> 4;
                if (read == write)
                {
                    return text.ToArray();
                }

                for (var left = (reference & 15) + 2; left > 0; left--)
                {
                    Put(window[read]);
                    read = (read + 1) % WindowBytes;
                }
            }
        }

        return text.ToArray();

        void Put(byte value)
        {
            text.WriteByte(value);
            window[write] = value;
            write = (write + 1) % WindowBytes;
        }
    }
}
