using System.IO.Compression;
using System.Text;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>
/// Files that are nearly right, made from good ones by a seed. A change inside a container changes one of its parts and packs it
/// again, because a changed byte of a compressed part is only a bad checksum.
/// </summary>
public sealed class FileMutator(IReadOnlyList<byte[]> files)
{
    // Larger parts are images and fonts.
    private const int LongestPart = 1 << 20;

    private static readonly string[] Pieces = ["<a>", "<w:p>", "<row>", "<table><tr><td>", "[", "{\"a\":", "\\par{", "> ", "--b\r\n", "<< /A "];

    /// <summary>The same seed and number make the same file.</summary>
    public byte[] Make(int seed, long number)
    {
        var random = new Random(HostileValues.Seed(seed, number));
        var file = HostileValues.Pick(random, files);
        return (random.Next(5) > 0 ? InContainer(random, file) : null) ?? Change(random, file);
    }

    /// <returns>Null when the file is no container.</returns>
    private static byte[]? InContainer(Random random, byte[] file)
    {
        if (!IsContainer(file))
        {
            return null;
        }

        using var memory = new MemoryStream();
        memory.Write(file);
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Update, leaveOpen: true))
        {
            var parts = zip.Entries.Where(entry => entry.Length is > 0 and < LongestPart).ToList();
            for (var changes = random.Next(1, 4); changes > 0 && parts.Count > 0; changes--)
            {
                var part = HostileValues.Pick(random, parts);
                parts.Remove(part);
                var content = Read(part);
                part.Delete();
                if (random.Next(8) > 0)
                {
                    using var written = zip.CreateEntry(part.FullName, CompressionLevel.Fastest).Open();
                    written.Write(Change(random, content));
                }
            }
        }

        return memory.ToArray();
    }

    private static bool IsContainer(byte[] file)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
            return zip.Entries.Count > 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static byte[] Read(ZipArchiveEntry part)
    {
        using var stream = part.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static byte[] Change(Random random, byte[] content) => random.Next(4) switch
    {
        0 => WithOtherNumber(random, content),
        1 => WithNesting(random, content),
        _ => HostileValues.Mutate(random, content),
    };

    /// <summary>A number becomes another one: lengths, offsets, counts, spans.</summary>
    private static byte[] WithOtherNumber(Random random, byte[] content)
    {
        var from = random.Next(Math.Max(1, content.Length));
        var at = content.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (at < 0)
        {
            return HostileValues.Mutate(random, content);
        }

        var end = content.AsSpan(from + at).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        byte[] number = [.. Encoding.ASCII.GetBytes(HostileValues.Number(random))];
        return [.. content[..(from + at)], .. number, .. end < 0 ? [] : content[(from + at + end)..]];
    }

    /// <summary>Something is opened again and again, and never closed.</summary>
    private static byte[] WithNesting(Random random, byte[] content)
    {
        var at = random.Next(content.Length + 1);
        var piece = Encoding.ASCII.GetBytes(HostileValues.Pick(random, Pieces));
        var depth = random.Next(1, 2_000);
        return [.. content[..at], .. Enumerable.Repeat(piece, depth).SelectMany(same => same), .. content[at..]];
    }
}
