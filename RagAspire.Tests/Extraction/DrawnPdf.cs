using System.Globalization;
using System.Text;

namespace RagAspire.Tests.Extraction;

/// <summary>PDF files of pages on which each text stands at a place.</summary>
internal static class DrawnPdf
{
    /// <param name="Size">Of the letters, in points.</param>
    internal readonly record struct Drawn(double X, double Y, string Text, double Size = 11);

    public static byte[] Page(params IReadOnlyList<Drawn> texts) => Of([texts]);

    public static byte[] Of(params IReadOnlyList<Drawn>[] pages)
    {
        var objects = new List<string>
        {
            "<</Type/Catalog/Pages 2 0 R>>",
            $"<</Type/Pages/Kids[{string.Join(' ', pages.Select((_, index) => $"{4 + (2 * index)} 0 R"))}]/Count {pages.Length}>>",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        };
        foreach (var page in pages)
        {
            var content = string.Join('\n', page.Select(text => string.Create(
                CultureInfo.InvariantCulture, $"BT /F1 {text.Size} Tf {text.X} {text.Y} Td ({text.Text}) Tj ET")));
            objects.Add($"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {objects.Count + 2} 0 R>>");
            objects.Add($"<</Length {content.Length}>>stream\n{content}\nendstream");
        }

        return File(objects);
    }

    /// <summary>A file of these objects, the first of which is the catalogue; their characters are bytes.</summary>
    public static byte[] File(IReadOnlyList<string> objects)
    {
        var pdf = new StringBuilder("%PDF-1.4\n");
        var table = new StringBuilder($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        for (var index = 0; index < objects.Count; index++)
        {
            table.Append(CultureInfo.InvariantCulture, $"{pdf.Length:0000000000} 00000 n \n");
            pdf.Append(CultureInfo.InvariantCulture, $"{index + 1} 0 obj\n{objects[index]}\nendobj\n");
        }

        return Encoding.Latin1.GetBytes(
            $"{pdf}{table}trailer\n<</Root 1 0 R/Size {objects.Count + 1}>>\nstartxref\n{pdf.Length}\n%%EOF\n");
    }
}
