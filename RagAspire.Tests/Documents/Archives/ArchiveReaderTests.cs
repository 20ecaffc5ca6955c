using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using RagAspire.Documents.Archives;
using RagAspire.TestSupport.Fuzzing;

namespace RagAspire.Tests.Documents.Archives;

public sealed class ArchiveReaderTests
{
    private static readonly string LongPath = string.Join('/', Enumerable.Repeat("a folder with a long name", 12)) + "/é.txt";

    private static readonly (string Path, byte[] Content)[] Files =
    [
        ("one.txt", "The first file."u8.ToArray()),
        ("folder/two.bin", Noise(300_000)),
        (LongPath, "A long path."u8.ToArray()),
        ("empty", []),
        // Compressed data with signatures of ZIP in it, stored as it is.
        ("inner.zip", Zip(CompressionLevel.NoCompression, isSeekable: true, ("x.txt", Noise(5_000)))),
        ("zeros", new byte[2_000_000]),
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds =>
        ["zip", "zip-stored", "zip-streamed", "ustar", "pax", "gnu", "tar.gz"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Files_come_with_their_paths_and_bytes(string kind)
    {
        var files = kind == "ustar" ? [.. Files.Where(file => file.Path != LongPath)] : Files;

        var found = await ReadAsync(new Trickle(Archive(kind, files)));

        Assert.Equal(
            files.Select(file => (file.Path, Hash(file.Content))), found.Select(file => (file.Path, Hash(file.Content))));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Files_that_are_not_read_are_skipped(string kind)
    {
        var paths = new List<string>();
        await foreach (var entry in ArchiveReader.ReadAsync(new Trickle(Archive(kind, Files[..2])), Cancelled))
        {
            paths.Add(entry.Path);
        }

        Assert.Equal(Files[..2].Select(file => file.Path), paths);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_archive_that_is_cut_anywhere_is_an_error_and_no_hang(string kind)
    {
        var whole = Archive(kind, ("one.txt", Noise(3_000)), ("two.txt", Noise(3_000)));
        for (var length = 600; length < 3_000; length += 97)
        {
            await Assert.ThrowsAsync<ArchiveException>(() => ReadAsync(new MemoryStream(whole[..length])));
        }
    }

    [Fact]
    public async Task A_damaged_file_of_a_ZIP_holds_up_no_other()
    {
        var archive = Zip(CompressionLevel.NoCompression, isSeekable: true, ("one.txt", Noise(3_000)), ("two.txt", "Two."u8.ToArray()));
        archive[500] ^= 1;
        var read = new List<string>();
        await foreach (var entry in ArchiveReader.ReadAsync(new MemoryStream(archive), Cancelled))
        {
            try
            {
                await entry.Body.CopyToAsync(Stream.Null, Cancelled);
                read.Add(entry.Path);
            }
            catch (ArchiveEntryException ex)
            {
                Assert.Contains("checksum", ex.Message);
            }
        }

        Assert.Equal(["two.txt"], read);
    }

    [Fact]
    public async Task Links_are_no_files()
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "folder"), Cancelled);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "/etc/passwd" }, Cancelled);
        }

        archive.Position = 0;
        var refused = new List<string>();
        await foreach (var entry in ArchiveReader.ReadAsync(archive, Cancelled))
        {
            refused.Add($"{entry.Path}: {entry.Refusal}");
        }

        Assert.Equal(["link: It is a link or a device, and no file."], refused);
    }

    [Fact]
    public async Task A_name_that_claims_gigabytes_is_refused_before_they_are_read()
    {
        var header = new byte[512];
        "././@LongLink"u8.CopyTo(header);
        Encoding.ASCII.GetBytes("77777777777\0").CopyTo(header, 124);
        header[156] = (byte)'L';
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(part => part) + (8 * ' '), 8).PadLeft(6, '0')}\0 ").CopyTo(header, 148);

        using var archive = new MemoryStream([.. header, .. new byte[5_000]]);

        var error = await Assert.ThrowsAsync<ArchiveException>(() => ReadAsync(archive));

        Assert.Contains("8589934591 bytes", error.Message);
    }

    [Theory]
    [InlineData("docs/manual.pdf", "docs/manual.pdf")]
    [InlineData("../../etc/passwd", "etc/passwd")]
    [InlineData("/etc/cron.d/job", "etc/cron.d/job")]
    [InlineData(@"C:\Users\x\..\notes.txt", "Users/x/notes.txt")]
    [InlineData("a//b/./c\u0007\n.txt", "a/b/c.txt")]
    [InlineData("half \ud83d pair.txt", "half  pair.txt")]
    [InlineData("invoice\u202etxt.exe/\u2067\u200f\u061cnote\u2069.txt", "invoicetxt.exe/note.txt")]
    [InlineData("../..", "document")]
    [InlineData("", "document")]
    public void Hostile_paths_become_names(string path, string name) => Assert.Equal(name, ArchivePath.Clean(path));

    [Fact]
    public void Of_a_long_path_the_last_part_stays()
    {
        var name = ArchivePath.Clean(string.Join('/', Enumerable.Repeat("folder", 60)) + "/report.txt");

        Assert.True(name.Length <= 255);
        Assert.StartsWith("folder/", name);
        Assert.EndsWith("/report.txt", name);
    }

    private static async Task<List<(string Path, byte[] Content)>> ReadAsync(Stream archive)
    {
        var files = new List<(string, byte[])>();
        await foreach (var entry in ArchiveReader.ReadAsync(archive, Cancelled))
        {
            using var content = new MemoryStream();
            await entry.Body.CopyToAsync(content, Cancelled);
            files.Add((entry.Path, content.ToArray()));
        }

        return files;
    }

    private static byte[] Archive(string kind, params (string Path, byte[] Content)[] files) => kind switch
    {
        "zip" => Zip(CompressionLevel.Optimal, isSeekable: true, files),
        "zip-stored" => Zip(CompressionLevel.NoCompression, isSeekable: true, files),
        "zip-streamed" => Zip(CompressionLevel.Optimal, isSeekable: false, files),
        "ustar" => Tar(TarEntryFormat.Ustar, files),
        "pax" => Tar(TarEntryFormat.Pax, files),
        "gnu" => Tar(TarEntryFormat.Gnu, files),
        _ => Gzip(Tar(TarEntryFormat.Pax, files)),
    };

    private static byte[] Zip(CompressionLevel level, bool isSeekable, params (string Path, byte[] Content)[] files)
    {
        using var target = new MemoryStream();
        using (var zip = new ZipArchive(isSeekable ? target : new OneWayStream(target), ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                using var entry = zip.CreateEntry(path, level).Open();
                entry.Write(content);
            }
        }

        return target.ToArray();
    }

    private static byte[] Tar(TarEntryFormat format, (string Path, byte[] Content)[] files)
    {
        using var target = new MemoryStream();
        using (var tar = new TarWriter(target, format, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, path),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, path),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, path),
                };
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        }

        return target.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return target.ToArray();
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static string Hash(byte[] content) => Convert.ToHexString(SHA256.HashData(content));

    /// <summary>Gives what it has in small pieces of different lengths, as a network does.</summary>
    private sealed class Trickle(byte[] content) : MemoryStream(content)
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (_reads++ * 7919 % 4_000))], cancellationToken);
    }
}
