using System.Formats.Tar;
using System.IO.Compression;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>Archives that are nearly right: ZIP with sizes and without, TAR of two kinds, TAR.GZ.</summary>
internal static class ArchiveValues
{
    /// <summary>What clients call an archive.</summary>
    public static readonly IReadOnlyList<string> Types =
        ["application/zip", "application/x-zip-compressed", "application/x-tar", "application/gzip", "application/x-gzip", "application/octet-stream"];

    private const int BombBytes = 4 << 20;
    private const int ChecksumAt = 14;
    private const int Deepest = 3;

    private static readonly string[] Names =
    [
        "a.txt", "a.txt", "b.md", "folder/c.html", "folder/", "../../etc/passwd", "/absolute.txt", "C:\\x.txt", "..\\..\\x.txt", "a\0b.txt",
        ".", "..", "./././a.txt", "\u202Etxt.exe", $"{new string('n', 300)}.txt", $"{string.Concat(Enumerable.Repeat("d/", 400))}e.txt",
    ];

    /// <summary>Files of any names, with other archives, links, nothing, or very many zeros among them.</summary>
    public static byte[] Files(Random random, IReadOnlyList<byte[]> files, int depth = 0)
    {
        var entries = Enumerable.Range(0, random.Next(6)).Select(_ => (Name(random), Content(random, files, depth))).ToList();
        return Pack(random, entries);
    }

    /// <summary>At times it is cut, changed, or has a wrong checksum.</summary>
    public static byte[] Pack(Random random, IReadOnlyList<(string Name, byte[]? Content)> entries)
    {
        using var archive = new MemoryStream();
        switch (random.Next(5))
        {
            case 0:
                WriteZip(random, archive, entries);
                break;
            case 1:
                WriteZip(random, new OneWayStream(archive), entries);
                break;
            case 2:
                WriteTar(archive, TarEntryFormat.Pax, entries);
                break;
            case 3:
                WriteTar(archive, TarEntryFormat.Gnu, entries);
                break;
            default:
                using (var packed = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
                {
                    WriteTar(packed, TarEntryFormat.Pax, entries);
                }

                break;
        }

        return Damage(random, archive.ToArray());
    }

    private static byte[] Damage(Random random, byte[] archive)
    {
        switch (random.Next(8))
        {
            case 0:
                return archive[..random.Next(archive.Length + 1)];
            case 1:
                return HostileValues.Mutate(random, archive);
            case 2 when archive is [(byte)'P', (byte)'K', 3, 4, ..]:
                archive[ChecksumAt] ^= 1;
                return archive;
            default:
                return archive;
        }
    }

    private static string Name(Random random)
    {
        var name = random.Next(4) > 0 ? HostileValues.Pick(random, Names) : HostileValues.Text(random);
        return name.Length == 0 ? "x" : HostileValues.WithoutLoneSurrogates(name);
    }

    /// <returns>Null for a link.</returns>
    private static byte[]? Content(Random random, IReadOnlyList<byte[]> files, int depth) => random.Next(12) switch
    {
        0 => null,
        1 => [],
        2 => new byte[BombBytes],
        3 or 4 when depth < Deepest => Files(random, files, depth + 1),
        < 9 => HostileValues.Mutate(random, HostileValues.Pick(random, files)),
        _ => HostileValues.Pick(random, files),
    };

    private static void WriteZip(Random random, Stream target, IReadOnlyList<(string Name, byte[]? Content)> entries)
    {
        const int link = 0xA1FF << 16;
        using var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, content) in entries)
        {
            var isStored = random.Next(target.CanSeek ? 3 : 20) == 0;
            var entry = zip.CreateEntry(name, isStored ? CompressionLevel.NoCompression : CompressionLevel.Fastest);
            entry.ExternalAttributes = content is null ? link : 0;
            using var written = entry.Open();
            written.Write(content ?? "/etc/passwd"u8);
        }
    }

    private static void WriteTar(Stream target, TarEntryFormat format, IReadOnlyList<(string Name, byte[]? Content)> entries)
    {
        using var tar = new TarWriter(target, format, leaveOpen: true);
        foreach (var (name, content) in entries)
        {
            var kind = content is null ? TarEntryType.SymbolicLink : TarEntryType.RegularFile;
            TarEntry entry = format == TarEntryFormat.Gnu ? new GnuTarEntry(kind, name) : new PaxTarEntry(kind, name);
            if (content is null)
            {
                entry.LinkName = "/etc/passwd";
                tar.WriteEntry(entry);
                continue;
            }

            using var data = new MemoryStream(content);
            entry.DataStream = data;
            tar.WriteEntry(entry);
        }
    }
}
