using System.Buffers.Binary;
using System.Text;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using static RagAspire.Extraction.BlockKind;

namespace RagAspire.Tests.Extraction;

/// <summary>Files inside others, which are taken out to become documents of their own.</summary>
public sealed class AttachedFileTests
{
    private const string Mail = """
        From: a@example.com
        Subject: Visit
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=x

        --x
        Content-Type: multipart/related; boundary=y

        --y
        Content-Type: text/html

        <p>See the list.</p><img src="cid:logo">
        --y
        Content-Type: image/png; name=logo.png
        Content-ID: <logo>
        Content-Transfer-Encoding: base64

        iVBORw0KGgoAAAANSUhEUg==
        --y--
        --x
        Content-Type: message/rfc822
        Content-Disposition: attachment

        From: b@example.com
        Subject: Gate 4/5

        The gate opens at six.
        --x
        Content-Type: application/octet-stream
        Content-Disposition: attachment; filename=firmware.bin
        Content-Transfer-Encoding: base64

        AAECAwQF
        --x
        Content-Type: text/plain
        Content-Disposition: attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt

        Regards.
        --x--
        """;

    [Fact]
    public void A_mail_names_its_attachments_and_gives_each_away()
    {
        var (document, attached) = Open(ContentTypes.Mail, Mail);

        Assert.Equal(
            ["Visit", "From: a@example.com", "See the list.", "Attachments: Gate 4-5.eml, firmware.bin, Grüße.txt"],
            document.Blocks.Select(block => block.Text));
        Assert.Equal(["Gate 4-5.eml", "Grüße.txt"], attached.Select(file => file.Name));
        Assert.Contains("The gate opens at six.", attached[0].Text, StringComparison.Ordinal);
        Assert.Equal("Regards.", attached[1].Text);
        Assert.Equal(
            [new(WarningCodes.PicturesSkipped, "logo.png", 1), new ExtractionWarning(WarningCodes.AttachmentsUnreadable, "firmware.bin", 1)],
            document.Warnings);
    }

    [Fact]
    public void An_invitation_is_a_part_of_its_mail()
    {
        var (document, attached) = Open(ContentTypes.Mail, """
            From: a@example.com
            Subject: Visit
            MIME-Version: 1.0
            Content-Type: multipart/alternative; boundary=x

            --x
            Content-Type: text/plain

            You are invited.
            --x
            Content-Type: text/calendar

            BEGIN:VCALENDAR
            BEGIN:VEVENT
            SUMMARY:Tour of the works
            END:VEVENT
            END:VCALENDAR
            --x--
            """);

        Assert.Equal(["Visit", "From: a@example.com", "You are invited.", "Tour of the works"], document.Blocks.Select(block => block.Text));
        Assert.Empty(attached);
    }

    [Fact]
    public void A_pdf_gives_its_attached_invoice_away()
    {
        const string text = "BT /F1 11 Tf 60 780 Td (Cover sheet of invoice 7781.) Tj ET";
        const string invoice = "<invoice><total>1284.50</total></invoice>";
        var pdf = DrawnPdf.File(
        [
            "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(invoice.xml) 6 0 R]>>>>>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
            $"<</Length {text.Length}>>stream\n{text}\nendstream",
            "<</Type/Filespec/F(invoice.xml)/EF<</F 7 0 R>>>>",
            $"<</Type/EmbeddedFile/Length {invoice.Length}>>stream\n{invoice}\nendstream",
        ]);

        var (document, attached) = Samples.Open(ContentTypes.Pdf, pdf);

        Assert.Equal(["Cover sheet of invoice 7781.", "Attachments: invoice.xml"], document.Blocks.Select(block => block.Text));
        var (name, content) = Assert.Single(attached);
        Assert.Equal(("invoice.xml", invoice), (name, Encoding.ASCII.GetString(content)));
    }

    [Fact]
    public void An_office_file_gives_away_what_its_author_has_put_into_it()
    {
        var note = string.Concat(Enumerable.Repeat("The spare key is in drawer nine. ", 200));
        var word = Samples.Zip(
            ("word/document.xml", "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>See inside.</w:t></w:r></w:p></w:body></w:document>"u8.ToArray()),
            ("word/_rels/document.xml.rels", """
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
                <Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/package" Target="embeddings/list.csv"/>
                <Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/oleObject" Target="embeddings/oleObject1.bin"/>
                </Relationships>
                """u8.ToArray()),
            ("word/embeddings/list.csv", "Part,Shelf\nSeal,4\n"u8.ToArray()),
            ("word/embeddings/oleObject1.bin", Compound("\u0001Ole10Native", Packaged("note.txt", Encoding.ASCII.GetBytes(note)))));

        var (document, attached) = Samples.Open(ContentTypes.Word, word);

        Assert.Equal(["See inside.", "Attachments: list.csv, note.txt"], document.Blocks.Select(block => block.Text));
        Assert.Equal(["list.csv", "note.txt"], attached.Select(file => file.Name));
        Assert.Equal(note, Encoding.ASCII.GetString(attached[1].Content));
    }

    [Fact]
    public void An_archive_lists_its_files_and_gives_each_away()
    {
        var archive = Samples.Zip(
            ("b/stock.csv", "Part,Shelf\nSeal,4\n"u8.ToArray()), ("a.md", "# Pumps"u8.ToArray()), ("c.zip", Samples.Zip(("deep.txt", "Deep."))),
            ("d.bin", [0, 1, 2, 3, 4]), ("__MACOSX/a.md", "no"u8.ToArray()), (".DS_Store", [0, 0, 0, 1]));

        var (document, attached) = Samples.Open(ContentTypes.Zip, archive);

        Assert.Equal([new(ListItem, "a.md"), new(ListItem, "b/stock.csv"), new TextBlock(ListItem, "c.zip")], document.Blocks);
        Assert.Equal(["a.md", "b/stock.csv", "c.zip"], attached.Select(file => file.Name));
        Assert.Equal([new ExtractionWarning(WarningCodes.AttachmentsUnreadable, "d.bin", 1)], document.Warnings);
    }

    [Fact]
    public void Files_beyond_a_limit_stay_inside_or_end_the_document()
    {
        var archive = Samples.Zip(("a.txt", "one"), ("b.txt", "three"));

        var (document, attached) = Samples.Open(ContentTypes.Zip, archive, Limits(rules: new AttachmentRules(3)));

        Assert.Equal("a.txt", Assert.Single(attached).Name);
        Assert.Equal([new ExtractionWarning(WarningCodes.AttachmentsUnreadable, "b.txt", 1)], document.Warnings);
        Assert.Equal(Reasons.TooDeep, Refusal(archive, Limits(rules: new AttachmentRules())));
        Assert.Equal(Reasons.TooManyEntries(1), Refusal(archive, Limits(entries: 1)));
        Assert.Equal(Reasons.TooMuchInflated(4), Refusal(archive, Limits(bytes: 4)));
    }

    [Fact]
    public void Pictures_are_taken_out_where_they_can_be_read_and_are_no_decoration()
    {
        byte[] signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
        var archive = Samples.Zip(
            ("icon.png", signature), ("scan.png", [.. signature, .. new byte[20_000]]), ("text.txt", "Text."u8.ToArray()));

        var reads = Samples.Open(ContentTypes.Zip, archive, Limits(rules: new AttachmentRules(1 << 20, ReadsPictures: true)));
        var readsNot = Samples.Open(ContentTypes.Zip, archive);

        Assert.Equal(["scan.png", "text.txt"], reads.Attached.Select(file => file.Name));
        Assert.Equal([new ExtractionWarning(WarningCodes.PicturesSkipped, "icon.png", 1)], reads.Document.Warnings);
        Assert.Equal(["text.txt"], readsNot.Attached.Select(file => file.Name));
        Assert.Equal([new ExtractionWarning(WarningCodes.PicturesSkipped, "icon.png, scan.png", 2)], readsNot.Document.Warnings);
    }

    private static (ExtractedDocument Document, IReadOnlyList<(string Name, string Text)> Attached) Open(
        string contentType, string content)
    {
        var (document, attached) = Samples.Open(contentType, Encoding.UTF8.GetBytes(content.ReplaceLineEndings("\r\n")));
        return (document, [.. attached.Select(file => (file.Name, Encoding.UTF8.GetString(file.Content)))]);
    }

    private static ExtractionLimits Limits(AttachmentRules? rules = null, int entries = 100, long bytes = 1 << 20) =>
        new(100, entries, bytes, 100_000, TimeSpan.FromMinutes(1)) { Attachments = rules ?? new AttachmentRules(1 << 20) };

    private static string Refusal(byte[] archive, ExtractionLimits limits) =>
        Assert.Throws<UnreadableDocumentException>(() => Samples.Open(ContentTypes.Zip, archive, limits)).Message;

    /// <summary>A file as the Packager of Windows wraps it.</summary>
    private static byte[] Packaged(string name, byte[] content)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.ASCII);
        writer.Write(0);
        writer.Write((short)2);
        writer.Write(Encoding.ASCII.GetBytes($"{name}\0C:\\Users\\me\\{name}\0"));
        writer.Write(0x00030000);
        var copy = Encoding.ASCII.GetBytes($"C:\\Temp\\{name}\0");
        writer.Write(copy.Length);
        writer.Write(copy);
        writer.Write(content.Length);
        writer.Write(content);
        return memory.ToArray();
    }

    /// <summary>A compound file with one stream, of more than 4096 bytes.</summary>
    private static byte[] Compound(string name, byte[] content)
    {
        const int sector = 512;
        const uint end = 0xFFFFFFFE, fat = 0xFFFFFFFD, free = 0xFFFFFFFF;
        var sectors = (content.Length + sector - 1) / sector;
        var file = new byte[sector * (3 + sectors)];
        Convert.FromHexString("D0CF11E0A1B11AE1").CopyTo(file, 0);
        void Short(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);
        void Number(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
        Short(24, 0x3E);
        Short(26, 3);
        Short(28, 0xFFFE);
        Short(30, 9);
        Short(32, 6);
        Number(44, 1);
        Number(48, 1);
        Number(56, 4096);
        Number(60, end);
        Number(68, end);
        for (var entry = 0; entry < 109; entry++)
        {
            Number(76 + (4 * entry), entry == 0 ? 0 : free);
        }

        // Sector 0 is the table of sectors, 1 the directory, and the stream begins at 2.
        for (var entry = 0; entry < sector / 4; entry++)
        {
            Number(sector + (4 * entry), entry switch
            {
                0 => fat,
                1 => end,
                _ when entry < sectors + 1 => (uint)entry + 1,
                _ when entry == sectors + 1 => end,
                _ => free,
            });
        }

        Entry(2 * sector, "Root Entry", kind: 5, child: 1, start: end, length: 0);
        Entry((2 * sector) + 128, name, kind: 2, child: free, start: 2, length: content.Length);
        content.CopyTo(file, 3 * sector);
        return file;

        void Entry(int at, string text, byte kind, uint child, uint start, int length)
        {
            Encoding.Unicode.GetBytes(text).CopyTo(file, at);
            Short(at + 64, (ushort)((2 * text.Length) + 2));
            file[at + 66] = kind;
            Number(at + 68, free);
            Number(at + 72, free);
            Number(at + 76, child);
            Number(at + 116, start);
            Number(at + 120, (uint)length);
        }
    }
}
