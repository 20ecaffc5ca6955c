using System.Buffers;

namespace RagAspire.Extraction.Detection;

/// <summary>Files that are identified by their first bytes.</summary>
internal static class BinaryKinds
{
    private const string Image = "This is an image of a kind that text recognition does not read: save it as PNG, JPEG or TIFF.";
    private const string Media = "This is audio or video: a transcript is needed before it can be searched.";
    private const string Archive = "This is an archive: unpack it and upload the files inside.";
    private const string Program = "This is a program, not a document. " + ContentTypes.SupportedText;
    private const string Data = "This is a data file without readable text. " + ContentTypes.SupportedText;

    private static readonly SearchValues<byte> ObjectNumber = SearchValues.Create("0123456789 "u8);

    private static readonly Signature[] Signatures =
    [
        new(ContentTypes.Png, null, [0x89, .. "PNG"u8]),
        new(ContentTypes.Jpeg, null, [0xFF, 0xD8, 0xFF]),
        new("image/gif", Image, [.. "GIF8"u8]),
        new(ContentTypes.Tiff, null, [.. "II*\0"u8]),
        new(ContentTypes.Tiff, null, [.. "MM\0*"u8]),
        new("image/webp", Image, [.. "WEBP"u8], 8),
        new("image/vnd.adobe.photoshop", Image, [.. "8BPS"u8]),
        new("image/jp2", Image, [0, 0, 0, 0x0C, .. "jP  "u8]),
        new("image/heic", Image, [.. "ftyphei"u8], 4),
        new("image/heif", Image, [.. "ftypmif1"u8], 4),
        new("image/avif", Image, [.. "ftypavif"u8], 4),
        new("image/x-icon", Image, [0, 0, 1, 0]),
        new("image/wmf", Image, [0xD7, 0xCD, 0xC6, 0x9A]),
        new("image/emf", Image, [.. " EMF"u8], 40),
        new("image/vnd.djvu", Image, [.. "AT&TFORM"u8]),
        new("video/mp4", Media, [.. "ftyp"u8], 4),
        new("video/quicktime", Media, [.. "moov"u8], 4),
        new("audio/wav", Media, [.. "WAVE"u8], 8),
        new("video/x-msvideo", Media, [.. "AVI "u8], 8),
        new("video/x-matroska", Media, [0x1A, 0x45, 0xDF, 0xA3]),
        new("video/mpeg", Media, [0, 0, 1, 0xBA]),
        new("video/x-ms-wmv", Media, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
        new("video/x-flv", Media, [.. "FLV\x01"u8]),
        new("audio/mpeg", Media, [.. "ID3"u8, 3]),
        new("audio/mpeg", Media, [0xFF, 0xFB]),
        new("audio/ogg", Media, [.. "OggS"u8]),
        new("audio/flac", Media, [.. "fLaC"u8]),
        new("audio/midi", Media, [.. "MThd"u8]),
        new("application/x-7z-compressed", Archive, [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C]),
        new("application/vnd.rar", Archive, [.. "Rar!"u8, 0x1A, 0x07]),
        new("application/gzip", Archive, [0x1F, 0x8B]),
        new("application/x-compress", Archive, [0x1F, 0x9D]),
        new("application/x-xz", Archive, [0xFD, .. "7zXZ"u8]),
        new("application/x-bzip2", Archive, [.. "BZh"u8]),
        new("application/zstd", Archive, [0x28, 0xB5, 0x2F, 0xFD]),
        new("application/vnd.ms-cab-compressed", Archive, [.. "MSCF\0\0\0\0"u8]),
        new("application/x-tar", Archive, [.. "ustar"u8], 257),
        new("application/x-iso9660-image", Archive, [.. "CD001"u8], 32769),
        new("application/x-executable", Program, [0x7F, .. "ELF"u8]),
        new("application/x-mach-binary", Program, [0xCF, 0xFA, 0xED, 0xFE]),
        new("application/java-vm", Program, [0xCA, 0xFE, 0xBA, 0xBE]),
        new("application/wasm", Program, [.. "\0asm"u8]),
        new("application/vnd.sqlite3", Data, [.. "SQLite format 3\0"u8]),
        new("application/vnd.apache.parquet", Data, [.. "PAR1"u8]),
        new("application/x-hdf5", Data, [0x89, .. "HDF"u8]),
        new("font/woff", Data, [.. "wOFF"u8]),
        new("font/woff2", Data, [.. "wOF2"u8]),
        new("font/otf", Data, [.. "OTTO\0"u8]),
        new("font/ttf", Data, [0, 1, 0, 0, 0]),
        new("application/vnd.ms-outlook-pst", Data, [.. "!BDN"u8]),
        new("application/postscript", "This is PostScript: convert it to PDF.", [.. "%!PS"u8]),
        new("application/postscript", "This is PostScript: convert it to PDF.", [0xC5, 0xD0, 0xD3, 0xC6]),
        new("application/vnd.fdf", "This is PDF form data without its form: upload the PDF.", [.. "%FDF-"u8]),
        new("application/vnd.ms-word", Old("Word", ".docx"), [0xDB, 0xA5, 0x2D, 0x00]),
        new("application/vnd.ms-word", Old("Word", ".docx"), [0x31, 0xBE, 0x00, 0x00]),
        new(ContentTypes.OldExcel, null, [0x09, 0x08, 0x10, 0x00]),
        new(ContentTypes.OldExcel, null, [0x09, 0x08, 0x08, 0x00]),
        new(ContentTypes.OldExcel, null, [0x09, 0x04, 0x06, 0x00]),
        new(ContentTypes.OldExcel, null, [0x09, 0x02, 0x06, 0x00]),
        new(ContentTypes.OldExcel, null, [0x09, 0x00, 0x04, 0x00]),
        new("application/vnd.wordperfect", "This is a WordPerfect document: save it as .docx.", [0xFF, .. "WPC"u8]),
        new("application/vnd.ms-onenote", "This is a OneNote file: export it as PDF or .docx.", [0xE4, 0x52, 0x5C, 0x7B]),
        new("application/vnd.ms-tnef", "This is a winmail.dat attachment: save the message as .eml.", [0x78, 0x9F, 0x3E, 0x22]),
    ];

    public static DocumentType? Detect(ReadOnlySpan<byte> head)
    {
        if (IsPdf(head))
        {
            return new DocumentType(ContentTypes.Pdf);
        }

        foreach (var signature in Signatures)
        {
            if (signature.Matches(head))
            {
                return new DocumentType(signature.ContentType, signature.Refusal);
            }
        }

        return IsBitmap(head) ? new DocumentType("image/bmp", Image)
            : IsWindowsProgram(head) ? new DocumentType("application/vnd.microsoft.portable-executable", Program)
            : null;
    }

    internal static string Old(string product, string extension) =>
        $"This is a {product} file in the old binary format: save it as {extension} or PDF.";

    // Readers accept a header anywhere in the first kilobyte, because mail gateways and old Macs prepend data, and many
    // files have lost it. A text about PDF has no objects.
    private static bool IsPdf(ReadOnlySpan<byte> head)
    {
        var start = head.TrimStart("\0\t\n\f\r \u00ef\u00bb\u00bf"u8);
        if (start.StartsWith("%PDF-"u8)
            || (start.StartsWith("%!PS-Adobe-"u8) && start[..Math.Min(40, start.Length)].IndexOf("PDF-"u8) > 0))
        {
            return true;
        }

        var header = head[..Math.Min(head.Length, 1024)].IndexOf("%PDF-"u8);
        return (header > 0 && head[header..].IndexOf(" obj"u8) > 0 && !LooksLikeMail(start)) || StartsWithObject(start);
    }

    private static bool LooksLikeMail(ReadOnlySpan<byte> start) =>
        start.IndexOf((byte)'\n') is > 0 and var line && start[..line].IndexOf(": "u8) > 0;

    private static bool StartsWithObject(ReadOnlySpan<byte> start)
    {
        var line = start[..Math.Min(start.Length, 32)];
        var marker = line.IndexOf(" obj"u8);
        return marker > 0 && line[..marker].IndexOfAnyExcept(ObjectNumber) < 0 && start.IndexOf("<<"u8) > 0;
    }

    private static bool IsBitmap(ReadOnlySpan<byte> head) =>
        head.Length > 30 && head.StartsWith("BM"u8) && head[6..10].IndexOfAnyExcept((byte)0) < 0 && head[15] == 0;

    private static bool IsWindowsProgram(ReadOnlySpan<byte> head) =>
        head.Length > 64 && head.StartsWith("MZ"u8) && head[..64].Contains((byte)0);

    /// <summary>The bytes that identify one kind of file.</summary>
    private sealed record Signature(string ContentType, string? Refusal, byte[] Bytes, int Offset = 0)
    {
        public bool Matches(ReadOnlySpan<byte> head) =>
            head.Length >= Offset + Bytes.Length && head.Slice(Offset, Bytes.Length).SequenceEqual(Bytes);
    }
}
