using System.Globalization;
using System.Text;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// Appends a new cross-reference table and page tree, of the remaining objects, to a PDF that has lost its end.
/// </summary>
internal static class PdfRepair
{
    private const int EndBytes = 2048;
    private const int MaxParents = 20;
    private static readonly string[] InheritedKeys = ["Resources", "MediaBox", "CropBox", "Rotate"];

    /// <summary>Whether the end of the file is missing.</summary>
    public static bool IsCutShort(ReadOnlySpan<byte> bytes) =>
        bytes[Math.Max(0, bytes.Length - EndBytes)..].IndexOf("startxref"u8) < 0;

    /// <returns>Null when no page is left, or the pages are encrypted.</returns>
    public static byte[]? Repair(byte[] bytes)
    {
        if (bytes.AsSpan().IndexOf("/Encrypt"u8) >= 0)
        {
            return null;
        }

        var scan = PdfObjectScan.Of(bytes);
        var pages = scan.OfType("Page").ToList();
        if (pages.Count == 0)
        {
            return null;
        }

        using var file = new MemoryStream();
        file.Write(bytes);
        var offsets = new SortedDictionary<int, long>(scan.Offsets);
        foreach (var (number, body) in scan.Packed.Where(packed => !scan.Offsets.ContainsKey(packed.Key)))
        {
            Append(file, offsets, number, body);
        }

        var list = Math.Max(scan.Offsets.Keys.DefaultIfEmpty().Max(), scan.Packed.Keys.DefaultIfEmpty().Max()) + 1;
        foreach (var page in pages)
        {
            Append(file, offsets, page, PageDictionary(scan, page, list));
        }

        var kids = string.Join(' ', pages.Select(page => $"{page} 0 R"));
        Append(file, offsets, list, $"<< /Type /Pages /Count {pages.Count} /MediaBox [0 0 612 792] /Kids [{kids}] >>");
        Append(file, offsets, list + 1, $"<< /Type /Catalog /Pages {list} 0 R >>");
        WriteEnd(file, offsets, list + 1);
        return file.ToArray();
    }

    // Attributes that a page inherits from the old tree are copied into the page.
    private static string PageDictionary(PdfObjectScan scan, int page, int list)
    {
        var own = scan.Dictionary(page);
        var inherited = new StringBuilder();
        foreach (var key in InheritedKeys.Where(key => PdfSyntax.Value(own, key) is null))
        {
            var parent = PdfSyntax.Reference(own, "Parent");
            for (var depth = 0; depth < MaxParents && parent > 0; depth++)
            {
                var dictionary = scan.Dictionary(parent);
                if (PdfSyntax.Value(dictionary, key) is { } value)
                {
                    inherited.Append(CultureInfo.InvariantCulture, $" /{key} {value}");
                    break;
                }

                parent = PdfSyntax.Reference(dictionary, "Parent");
            }
        }

        var end = own.LastIndexOf(">>", StringComparison.Ordinal);
        var body = end < 0 ? own + " " : own[..end];
        return $"{RemoveParent(body)}{inherited} /Parent {list} 0 R >>";
    }

    private static string RemoveParent(string dictionary) =>
        PdfSyntax.Reference(dictionary, "Parent") > 0
            ? System.Text.RegularExpressions.Regex.Replace(dictionary, @"/Parent\s+\d+\s+\d+\s+R", string.Empty)
            : dictionary;

    private static void Append(MemoryStream file, SortedDictionary<int, long> offsets, int number, string body)
    {
        file.Write("\n"u8);
        offsets[number] = file.Position;
        file.Write(Encoding.Latin1.GetBytes($"{number} 0 obj\n{body}\nendobj\n"));
    }

    private static void WriteEnd(MemoryStream file, SortedDictionary<int, long> offsets, int root)
    {
        var start = file.Position;
        var table = new StringBuilder("xref\n0 1\n0000000000 65535 f \n");
        foreach (var (number, offset) in offsets)
        {
            table.Append(CultureInfo.InvariantCulture, $"{number} 1\n{offset:D10} 00000 n \n");
        }

        table.Append(
            CultureInfo.InvariantCulture, $"trailer\n<< /Size {root + 1} /Root {root} 0 R >>\nstartxref\n{start}\n%%EOF\n");
        file.Write(Encoding.Latin1.GetBytes(table.ToString()));
    }
}
