using System.Text;
using RagAspire.Extraction;
using RagAspire.Extractor.Formats.Outlook;
using static RagAspire.Extraction.BlockKind;

namespace RagAspire.Tests.Extraction;

/// <summary>One file of each format as its program writes it, with all that a person reads in it.</summary>
public sealed class MoreFormatTests
{
    [Fact]
    public async Task OpenDocument_text_keeps_lists_notes_marks_and_merged_cells_and_leaves_out_what_was_deleted()
    {
        var document = await ReadAsync("visitors.odt", ContentTypes.OpenText);

        Assert.Equal(
            [
                new(Paragraph, "Havenbrook Instruments"),
                new(Heading, "Visitors", 1),
                new(Paragraph, "Visitors wear a badge and stay below 10^6 lux. Parking costs ~~4~~ 5 euros."),
                new(Paragraph, "Badges are at the gate."),
                new(ListItem, "1. Sign in"),
                new(ListItem, "- with a pen"),
                new(ListItem, "2. Take a helmet"),
                new(Table, "Gate | Door | Opens\nNorth | A | 6:30\nNorth | B | 7:15"),
            ],
            document.Blocks);
    }

    [Fact]
    public async Task OpenDocument_workbook_shows_cells_as_displayed_and_repeats_rows()
    {
        var document = await ReadAsync("stock.ods", ContentTypes.OpenSheet);

        Assert.Equal(
            [
                new(Heading, "Stock", 1, 1),
                new(Table, "Part | Hall | Weight\n00815 |  | 12.5 kg\nSeal | West | 0.1 kg\nSeal | West | 0.1 kg", 0, 1),
                new(Paragraph, "Comment: weighed twice", 0, 1),
                new(Heading, "Spare (hidden sheet)", 1, 2),
                new(Table, "Reserve | Shelf\nPump | 9", 0, 2),
            ],
            document.Blocks);
        Assert.Equal(new Coverage("sheet", 2, 2), document.Coverage);
    }

    [Fact]
    public async Task OpenDocument_slides_are_read_from_the_title_down()
    {
        var document = await ReadAsync("quality-circle.odp", ContentTypes.OpenSlides);

        Assert.Equal(
            [
                new(Heading, "Quality circle", 1, 1),
                new(ListItem, "- Fewer leaks", 0, 1),
                new(ListItem, "- Faster repairs", 0, 1),
                new(Paragraph, "Below: 31 complaints", 0, 1),
                new(Paragraph, "Notes: Thank Mirela.", 0, 1),
                new(Heading, "Reserve (hidden slide)", 1, 2),
                new(Table, "Year | Leaks\n2023 | 17", 0, 2),
            ],
            document.Blocks);
    }

    [Fact]
    public void OpenDocument_in_one_xml_file_is_read_alike()
    {
        const string file = """
            <?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:h text:outline-level="2">Flat</text:h><text:p>One<text:s text:c="2"/>file.</text:p></office:text></office:body></office:document>
            """;

        Assert.Equal([new(Heading, "Flat", 2), new(Paragraph, "One file.")], Samples.Read(ContentTypes.OpenText, file).Blocks);
    }

    [Fact]
    public async Task Old_workbook_shows_numbers_as_displayed_and_merged_cells_in_each_row()
    {
        var document = await ReadAsync("stock.xls", ContentTypes.OldExcel);

        Assert.Equal(
            [
                new(Heading, "Stock", 1, 1),
                new(Table, "Hall | Part | Weight | Counted | Share\nWest | 04711 | 12.5 kg | 2023-03-15 | 12.50%\n"
                    + "West | 00815 | 3.0 kg | 2023-03-16 | 50.00%\nEast | Spindle |  | 2023-03-17", 0, 1),
                new(Heading, "Spare (hidden sheet)", 1, 2),
                new(Table, "Reserve | Where\nSeals | Shelf 9", 0, 2),
            ],
            document.Blocks);
    }

    [Fact]
    public async Task Outlook_message_has_its_page_its_attachments_and_the_messages_inside()
    {
        var document = await ReadAsync("shuttle.msg", ContentTypes.OutlookMessage);

        Assert.Equal(
            [
                new(Heading, "Shuttle in winter", 1),
                new(Paragraph, "From: Otto Brandt <otto@havenbrook.example>\nTo: All drivers\nDate: 2024-11-04 07:05 UTC"),
                new(Paragraph, "The shuttle leaves at 7:40."),
                new(Table, "Stop | Minute\nHarbour | 12\nGasworks | 31"),
                new(Paragraph, "Grüße"),
                new(Paragraph, "Attachments: dates.csv"),
                new(Heading, "Lift key", 2),
                new(Paragraph, "From: Nadja Orlik"),
                new(Paragraph, "The key of the lift is with Nadja Orlik, room 118."),
            ],
            document.Blocks);
    }

    [Fact]
    public void Compressed_bodies_of_messages_are_expanded()
    {
        // The example of the format's description.
        var body = Convert.FromHexString("2D0000002B0000004C5A4675F1C5C7A703000A00726370673132354232" + "0AF32068656C090020627705B06C647D0A800FA0");

        Assert.Equal("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", Encoding.ASCII.GetString(CompressedRtf.Expand(body)));
    }

    [Fact]
    public async Task A_saved_web_page_is_read_as_its_page()
    {
        var document = await ReadAsync("parking.mht", ContentTypes.Mail);

        Assert.Contains(new(Paragraph, "Bay 14 is for vans up to 3.5 t."), document.Blocks);
        Assert.Equal("Parking", document.Title);
    }

    [Fact]
    public async Task Calendars_have_a_section_for_each_event_with_its_times_and_people()
    {
        var document = await ReadAsync("shifts.ics", ContentTypes.Calendar);

        Assert.Equal("Shifts of the harbour", document.Title);
        Assert.Equal(
            [
                new(Heading, "Early shift, harbour", 1),
                new(Paragraph, "Start: 2024-05-06 06:30 (Europe/Berlin)\nEnd: 2024-05-06 14:30 (Europe/Berlin)\n"
                    + "Repeats: weekly, on MO, TH, 10 times\nLocation: Quay 4\nOrganiser: Brandt, Otto <otto@havenbrook.example>\n"
                    + "Attendees: Mirela Sato <mirela@havenbrook.example> (declined)"),
                new(Paragraph, "Bring the key of crane 7.\nThe gate is locked until 6:20."),
                new(Heading, "Grease the winch", 1),
                new(Paragraph, "Due: 2024-06-01\nPriority: 1"),
            ],
            document.Blocks);
    }

    [Fact]
    public async Task Contacts_have_a_section_for_each_person()
    {
        var document = await ReadAsync("staff.vcf", ContentTypes.Contacts);

        Assert.Equal(
            [
                new(Heading, "Dr. Mirela Sato", 1),
                new(Paragraph, "Organisation: Havenbrook Instruments, Calibration\nTitle: Head of the laboratory\nPhone (work): +49 30 5550 118\n"
                    + "E-mail: mirela@havenbrook.example\nAddress (work): Ovelweg 12, Brenn, 10999, Germany"),
                new(Paragraph, "Speaks Japanese, German and Danish."),
                new(Heading, "Jörg Müller", 1),
                new(Paragraph, "Phone (cell): 0170 5550 7"),
            ],
            document.Blocks);
    }

    [Theory]
    [InlineData(
        "tour.srt",
        "[00:00:01] Welcome to the boathouse, where the firm began in 1974.",
        "[00:01:10] - Who built the first gauge?",
        "[00:01:10] - Marta Lindqvist did.")]
    [InlineData(
        "tour.vtt", "[00:00:01] Otto Brandt: The crane lifts 12 tonnes.", "[00:00:04] Mirela Sato: And it needs 400 volts & a key.")]
    public async Task Subtitles_are_sentences_with_the_times_at_which_they_begin(string file, params string[] expected)
    {
        var document = await ReadAsync(file, ContentTypes.Subtitles);

        Assert.Equal(expected, document.Blocks.Select(block => block.Text));
    }

    [Fact]
    public async Task Notebooks_keep_text_code_and_what_the_outputs_say()
    {
        var document = await ReadAsync("leaks.ipynb", ContentTypes.Notebook);

        Assert.Equal("Leaks by hall", document.Title);
        Assert.Equal(
            [
                new(Heading, "Leaks", 1),
                new(Paragraph, "Counted by hall."),
                new(Code, "def rate(leaks, hours):\n    return leaks / hours\nprint(rate(17, 8))"),
                new(Code, "2.125"),
                new(Table, "Hall | Leaks\nWest | 17"),
                new(Code, "<Figure size 640x480>"),
                new(Paragraph, "ZeroDivisionError: division by zero"),
            ],
            document.Blocks);
    }

    [Fact]
    public async Task Tabs_separate_values_that_have_quotes_and_gaps()
    {
        var document = await ReadAsync("valves.tsv", ContentTypes.Tsv);

        Assert.Equal("Valve | Size | Note\nKX-20 | 20 | says \"open\"\nKX-25 |  | blind", Assert.Single(document.Blocks).Text);
    }

    [Fact]
    public async Task Code_keeps_its_indentation_and_has_a_block_for_each_function_with_its_comments()
    {
        var document = await ReadAsync("valves.py", ContentTypes.Code);

        Assert.All(document.Blocks, block => Assert.Equal(Code, block.Kind));
        Assert.Equal(
            [
                "\"\"\"Valves of the harbour.\"\"\"\nimport math",
                "LIMIT = 6.5",
                "class Valve:\n    \"\"\"Opens and closes.\"\"\"",
                "    def __init__(self, size):\n        self.size = size",
                "    def area(self):\n        # Of the opening, not of the flange.\n        if self.size > LIMIT:\n"
                    + "            return math.pi * self.size ** 2 / 4\n\n        return 0",
                "def flow(valve, speed):\n    return valve.area() * speed",
            ],
            document.Blocks.Select(block => block.Text));
    }

    [Theory]
    [InlineData("a.cs", "class A\n{\n    int B;\n\n    /// <summary>C.</summary>\n    [Pure]\n    int C()\n    {\n        return D(1);\n    }\n}", 2)]
    [InlineData("a.js", "const a = () => {\n  b();\n  c();\n};\nfunction d(e) {\n  return e;\n}", 2)]
    [InlineData("a.sql", "create table a (b int);\n\ncreate view c as\nselect b from a;", 2)]
    [InlineData("a.yaml", "a:\n  b: 1\n\n  c: 2\n\nd:\n  e: 3", 2)]
    [InlineData("a.go", "func A() {\n\tb()\n\n\tc()\n}\n\n// D does.\nfunc D() {}", 2)]
    public async Task Blocks_of_code_end_between_functions_in_many_languages(string name, string code, int blocks)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(code));
        var type = await DocumentType.DetectAsync(content, name, TestContext.Current.CancellationToken);

        Assert.Equal(ContentTypes.Code, type.ContentType);
        Assert.Equal(blocks, Samples.Read(type.ContentType, code).Blocks.Count);
    }

    private static async Task<ExtractedDocument> ReadAsync(string name, string expected)
    {
        var content = await File.ReadAllBytesAsync(Samples.Document("sample/" + name), TestContext.Current.CancellationToken);
        using var stream = new MemoryStream(content);
        var type = await DocumentType.DetectAsync(stream, name, TestContext.Current.CancellationToken);
        Assert.Equal(new DocumentType(expected), type);
        return Samples.Read(expected, content);
    }
}
