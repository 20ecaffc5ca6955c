using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using RagAspire.Extraction;
using RagAspire.Ingestion.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Extraction;

/// <summary>Text in pictures and on scanned pages, which the tests draw at 300 dots per inch.</summary>
public sealed class RecognitionTests(RecognitionTests.Fixture fixture) : IClassFixture<RecognitionTests.Fixture>
{
    private const double MostErrors = .02;
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;

    private static readonly string[] Lines =
    [
        "The pump in hall West runs at 1,450 revolutions per minute.",
        "Its seal KX-20 is replaced every 4,000 hours, the next time on 12 March 2025.",
        "Invoice 7003: total due 1,284.50 euros, payable within 30 days.",
        "Visitors sign in at the north gate and wear a badge at all times.",
        "The shuttle leaves the harbour at 7:40 and arrives at the gasworks at 8:11.",
        "Crane 7 lifts twelve tonnes, but not while the wind blows harder than 50 km/h.",
        "Marta Lindqvist founded the firm in 1974, in a former boathouse at the river.",
    ];

    [Theory]
    [InlineData("-png", ContentTypes.Png)]
    [InlineData("-jpeg", ContentTypes.Jpeg)]
    [InlineData("", ContentTypes.Tiff)]
    public async Task Clean_print_is_recognised_with_at_most_two_of_a_hundred_characters_wrong(string format, string contentType)
    {
        var picture = await Fixture.DrawAsync(Lines, format);
        var document = await fixture.ReadAsync(format.Length == 0 ? Tiff(picture) : picture, contentType);

        var expected = string.Join(' ', Lines);
        var read = string.Join(' ', document.Blocks.Select(block => block.Text));
        Assert.InRange(Distance(expected, read) / (double)expected.Length, 0, MostErrors);
        Assert.All(document.Blocks, block => Assert.InRange(block.Confidence ?? 0, 80, 100));
        var warning = Assert.Single(document.Warnings!);
        Assert.Equal((WarningCodes.TextRecognised, 1), (warning.Code, warning.Count));
        Assert.Matches(@"^1 \(confidence \d\d %\)$", warning.Where);
        Assert.Equal(new Coverage("page", 1, 1), document.Coverage);
    }

    [Fact]
    public async Task A_scanned_page_between_others_is_read_in_its_place()
    {
        var scan = await Fixture.DrawAsync(Lines, "-jpeg");

        var document = await fixture.ReadAsync(WithScan("Page one has text.", scan, "Page three has text."), ContentTypes.Pdf);

        Assert.Equal([1, 2, 3], document.Blocks.Select(block => block.Page!.Value).Distinct());
        Assert.Contains(document.Blocks, block => block is { Page: 2, Confidence: > 80 } && block.Text.Contains("KX-20", StringComparison.Ordinal));
        Assert.All(document.Blocks.Where(block => block.Page != 2), block => Assert.Null(block.Confidence));
        Assert.Equal(WarningCodes.TextRecognised, Assert.Single(document.Warnings!).Code);
        Assert.Equal(new Coverage("page", 3, 3), document.Coverage);
    }

    [Fact]
    public async Task A_picture_without_text_or_that_is_damaged_has_a_reason()
    {
        var picture = await Fixture.DrawAsync([], "-png");

        foreach (var content in new[] { picture, picture[..200] })
        {
            var unreadable = await Assert.ThrowsAsync<UnreadableDocumentException>(
                () => fixture.ReadAsync(content, ContentTypes.Png));
            Assert.Equal(Reasons.NothingRecognised, unreadable.Message);
        }
    }

    [Fact]
    public async Task Missing_programs_and_languages_are_named_with_their_packages()
    {
        var without = new TextRecognition(
            new ExtractionOptions(), TimeProvider.System, NullLogger.Instance, name => name == "pdftoppm" ? "/usr/bin/pdftoppm" : null);
        Assert.Contains("tesseract-ocr", without.Missing(ContentTypes.Png), StringComparison.Ordinal);
        var half = new TextRecognition(
            new ExtractionOptions(), TimeProvider.System, NullLogger.Instance, name => name == "tesseract" ? "/usr/bin/tesseract" : null);
        Assert.Null(half.Missing(ContentTypes.Png));
        Assert.Contains("poppler-utils", half.Missing(ContentTypes.Pdf), StringComparison.Ordinal);

        await using var extractor = Samples.Extractor(options => options.OcrLanguages = "xyz");
        using var file = await Samples.WriteAsync(await Fixture.DrawAsync(Lines, "-png"));
        var unreadable = await Assert.ThrowsAsync<UnreadableDocumentException>(
            () => extractor.ExtractAsync(file.Path, ContentTypes.Png, null, TestContext.Current.CancellationToken));
        Assert.Contains("xyz (Debian: tesseract-ocr-<language>)", unreadable.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SandboxMode.Preferred, "done\n")]
    [InlineData(SandboxMode.Off, "secret\nconnected\nwritten\ndone\nran\n")]
    public async Task A_program_in_their_place_reads_no_key_reaches_no_network_and_runs_nothing(SandboxMode mode, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The sandbox is for Linux.");
        using var folder = TestDirectory.Create("confined");
        var key = Path.Combine(folder.Path, "api-key");
        await File.WriteAllTextAsync(key, "secret\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.Path, Everybody);
            File.SetUnixFileMode(key, Everybody);
        }

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        const string script = """
            read -r key < "$1" && echo "$key"
            echo > "/dev/tcp/127.0.0.1/$2" && echo connected
            echo x > "$3" && echo written
            echo done
            /bin/true && echo ran
            """;

        var (output, _) = await new ConfinedProgram(new ExtractionOptions { Sandbox = mode }, TimeProvider.System).RunAsync(
            "/bin/bash", ["-c", script, "bash", key, $"{((IPEndPoint)listener.LocalEndpoint).Port}", Path.Combine(folder.Path, "written")],
            Stream.Null, 1000, TestContext.Current.CancellationToken);

        Assert.Equal(expected, Encoding.UTF8.GetString(output));
    }

    [Fact]
    public void Words_that_lines_break_are_joined_and_patterns_of_a_picture_are_no_text()
    {
        const string table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
            + "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96.5\tThe\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t90\tcali-\n5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t94\tbration\n"
            + "5\t1\t2\t1\t1\t1\t0\t0\t9\t9\t12\t|l.\n5\t2\t1\t1\t1\t1\t0\t0\t9\t9\t80\tEnd\u0007\n5\t2\t2\t1\t1\t1\t0\t0\t9\t9\t95\t \n4\tbroken\n5\t1\tx\t1\t1\t1\t0\t0\t9\t9\tNaN\tno\n";

        Assert.Equal(
            [
                new(BlockKind.Paragraph, "The calibration", Page: 1, Confidence: 94),
                new(BlockKind.Paragraph, "End", Page: 2, Confidence: 80),
            ],
            RecognisedText.Read(table, page: null));
    }

    private static byte[] WithScan(string before, byte[] scan, string after)
    {
        static string Text(string text) => $"BT /F1 11 Tf 60 780 Td ({text}) Tj ET";
        static string Stream(string dictionary, string content) => $"<<{dictionary}/Length {content.Length}>>stream\n{content}\nendstream";
        const string page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>/XObject<</I 10 0 R>>>>/Contents";
        return DrawnPdf.File(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[4 0 R 6 0 R 8 0 R]/Count 3>>",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
            $"{page} 5 0 R>>", Stream("", Text(before)),
            $"{page} 7 0 R>>", Stream("", "q 595 0 0 842 0 0 cm /I Do Q"),
            $"{page} 9 0 R>>", Stream("", Text(after)),
            Stream(
                "/Type/XObject/Subtype/Image/Width 2480/Height 3509/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode",
                Encoding.Latin1.GetString(scan)),
        ]);
    }

    /// <summary>A grey picture (PGM) as TIFF without compression.</summary>
    private static byte[] Tiff(byte[] picture)
    {
        var header = Encoding.ASCII.GetString(picture, 0, 40).Split('\n');
        var size = header[1].Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList();
        var pixels = picture[^(size[0] * size[1])..];
        (short Tag, int Value)[] fields =
        [
            (256, size[0]), (257, size[1]), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, size[1]),
            (279, pixels.Length),
        ];
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("II*\0"u8);
        writer.Write(8 + pixels.Length);
        writer.Write(pixels);
        writer.Write((short)fields.Length);
        foreach (var (tag, value) in fields)
        {
            writer.Write(tag);
            writer.Write((short)4);
            writer.Write(1);
            writer.Write(value);
        }

        writer.Write(0);
        return file.ToArray();
    }

    /// <summary>How many characters have to be changed, added or removed.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, replaced));
            }
        }

        return row[^1];
    }

    public sealed class Fixture : IAsyncDisposable
    {
        private readonly TextExtractor _extractor = Samples.Extractor();

        /// <summary>A page in the format of an argument of pdftoppm.</summary>
        public static async Task<byte[]> DrawAsync(IReadOnlyList<string> lines, string format)
        {
            var page = DrawnPdf.Page([.. lines.Select((line, index) => new DrawnPdf.Drawn(60, 780 - (24 * index), line))]);
            var program = ConfinedProgram.Find("pdftoppm");
            Assert.SkipWhen(program is null || ConfinedProgram.Find("tesseract") is null, "Tesseract and poppler are not installed.");
            var (picture, failure) = await new ConfinedProgram(new ExtractionOptions(), TimeProvider.System).RunAsync(
                program!, [.. new[] { "-r", "300", "-gray", format, "-" }.Where(part => part.Length > 0)], new MemoryStream(page), 64 << 20, TestContext.Current.CancellationToken);
            Assert.Null(failure);
            return picture;
        }

        public async Task<ExtractedDocument> ReadAsync(byte[] content, string contentType)
        {
            using var file = await Samples.WriteAsync(content);
            return await _extractor.ExtractAsync(file.Path, contentType, null, TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => _extractor.DisposeAsync();
    }
}
