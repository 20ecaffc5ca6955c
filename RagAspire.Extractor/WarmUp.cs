using System.Text;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Extractor.Formats;

namespace RagAspire.Extractor;

/// <summary>
/// Reads small built-in files while the process waits for its first document, so that the parsers are compiled then: that
/// takes longer than most documents.
/// </summary>
internal static class WarmUp
{
    private const string Page = "<html><head><title>Page</title></head><body><h1>Title</h1><p>Some <b>words</b>.<ul><li>One</ul>"
        + "<table><tr><th>A<th>B<tr><td>1<td>2</table></body></html>";

    private static readonly ExtractionLimits Limits = new(10, 10, 1 << 20, 10_000, TimeSpan.FromMinutes(1));

    private static volatile bool _isOver;

    public static void Start() =>
        new Thread(Run) { IsBackground = true, Priority = ThreadPriority.Lowest, Name = "warm-up" }.Start();

    /// <summary>Begins with no other format, because the first document is there: it compiles what it needs.</summary>
    public static void End() => _isOver = true;

    private static void Run()
    {
        foreach (var (contentType, content) in new[] { (ContentTypes.Pdf, Document()), (ContentTypes.Html, Page) })
        {
            if (_isOver)
            {
                return;
            }

            Read(contentType, content);
        }
    }

    private static void Read(string contentType, string content)
    {
        try
        {
            var sink = new DocumentSink(Limits, [], (_, _) => { });
            FormatReaders.For(contentType).Read(new MemoryStream(Encoding.ASCII.GetBytes(content)), sink);
        }
        catch (Exception exception)
        {
            // Only the first document is slower.
            Console.Error.WriteLine(exception);
        }
    }

    /// <summary>A page with two lines and a correct table of its objects.</summary>
    private static string Document()
    {
        const string text = "BT /F1 12 Tf 20 200 Td (Some words here.) Tj 0 -20 Td (And more words.) Tj ET";
        string[] objects =
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
            $"<</Length {text.Length}>>stream\n{text}\nendstream",
        ];
        var pdf = new StringBuilder("%PDF-1.4\n");
        var table = new StringBuilder($"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        for (var index = 0; index < objects.Length; index++)
        {
            table.Append(System.Globalization.CultureInfo.InvariantCulture, $"{pdf.Length:0000000000} 00000 n \n");
            pdf.Append(System.Globalization.CultureInfo.InvariantCulture, $"{index + 1} 0 obj\n{objects[index]}\nendobj\n");
        }

        return $"{pdf}{table}trailer\n<</Root 1 0 R/Size {objects.Length + 1}>>\nstartxref\n{pdf.Length}\n%%EOF\n";
    }
}
