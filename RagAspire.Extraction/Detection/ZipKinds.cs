using System.Text;

namespace RagAspire.Extraction.Detection;

/// <summary>Documents that are zip files, identified by their entries.</summary>
internal static class ZipKinds
{
    private static readonly (string Marker, string ContentType, string? Refusal)[] Kinds =
    [
        ("word/document.xml", ContentTypes.Word, null),
        ("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroenabled.12",
            "This is an Excel file in the binary format (.xlsb): save it as .xlsx."),
        ("xl/workbook.xml", ContentTypes.Excel, null),
        ("ppt/presentation.xml", ContentTypes.PowerPoint, null),
        ("word/", ContentTypes.Word, null),
        ("ppt/", ContentTypes.PowerPoint, null),
        ("xl/", ContentTypes.Excel, null),
        ("visio/", "application/vnd.ms-visio.drawing.main+xml", "This is a Visio drawing: export it as PDF."),
        ("FixedDocSeq.fdseq", "application/oxps", "This is an XPS file: save it as PDF."),
        ("FixedDocumentSequence.fdseq", "application/oxps", "This is an XPS file: save it as PDF."),
        ("Index/Document.iwa", "application/vnd.apple.iwork", IWork),
        ("Index.zip", "application/vnd.apple.iwork", IWork),
        ("index.apxl", "application/vnd.apple.iwork", IWork),
        ("META-INF/MANIFEST.MF", "application/java-archive", "This is a program, not a document. " + ContentTypes.SupportedText),
        ("AndroidManifest.xml", "application/vnd.android.package-archive",
            "This is a program, not a document. " + ContentTypes.SupportedText),
    ];

    private const string IWork = "This is a Pages, Numbers or Keynote file: export it as PDF or as an Office file.";

    public static DocumentType Detect(IReadOnlyList<ZipEntry> entries, ReadOnlySpan<byte> head)
    {
        if (DeclaredType(head) is { } declared)
        {
            return declared;
        }

        foreach (var (marker, contentType, refusal) in Kinds)
        {
            foreach (var entry in entries)
            {
                if (Matches(entry.Name, marker))
                {
                    return entry.IsEncrypted ? Protected(contentType) : new DocumentType(contentType, refusal);
                }
            }
        }

        if (entries.Any(entry => entry.Name.Equals("META-INF/manifest.xml", StringComparison.OrdinalIgnoreCase))
            && entries.Any(entry => entry.Name.Equals("content.xml", StringComparison.OrdinalIgnoreCase)))
        {
            return new DocumentType(ContentTypes.OpenText);
        }

        if (entries.Any(entry => entry.Name.Equals("META-INF/container.xml", StringComparison.OrdinalIgnoreCase)
            || entry.Name.EndsWith(".opf", StringComparison.OrdinalIgnoreCase)))
        {
            return new DocumentType(ContentTypes.Epub);
        }

        // The parts of an Office file may have any name. Their types are in the list of content types, which only the
        // extractor inflates; here the most common kind is assumed.
        if (entries.Any(entry => entry.Name.Equals("[Content_Types].xml", StringComparison.OrdinalIgnoreCase)))
        {
            return new DocumentType(ContentTypes.Word);
        }

        return entries.Count == 0
            ? new DocumentType("application/zip", "This is a damaged zip file: nothing in it can be read.")
            : new DocumentType(ContentTypes.Zip);
    }

    private static bool Matches(string name, string marker) => marker.EndsWith('/')
        ? name.StartsWith(marker, StringComparison.OrdinalIgnoreCase)
        : name.Equals(marker, StringComparison.OrdinalIgnoreCase);

    // EPUB and OpenDocument begin with an uncompressed entry "mimetype", so that the type is at a fixed offset.
    private static DocumentType? DeclaredType(ReadOnlySpan<byte> head)
    {
        if (head.Length < 64 || !head[30..].StartsWith("mimetype"u8))
        {
            return null;
        }

        var declared = Encoding.Latin1.GetString(head[38..Math.Min(head.Length, 160)]);
        return declared.Contains("application/epub+zip", StringComparison.Ordinal) ? new DocumentType(ContentTypes.Epub)
            : OpenDocument.TypeOf(declared);
    }

    private static DocumentType Protected(string contentType) => new(
        contentType, "This file is protected by a password: save it without one and upload it again.");
}
