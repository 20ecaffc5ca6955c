using System.Xml;
using System.Xml.Linq;
using RagAspire.Extraction.Detection;
using RagAspire.Extractor.Formats.Html;

namespace RagAspire.Extractor.Formats;

/// <summary>E-books: web pages in a zip file, in the order of their spine.</summary>
internal sealed class EpubFormat : IFormatReader
{
    private const string Container = "META-INF/container.xml";

    public void Read(Stream file, DocumentSink sink)
    {
        var zip = new ZipContainer(file, sink);
        var chapters = Chapters(zip, sink);
        if (zip.Contains("META-INF/encryption.xml") || zip.Contains("META-INF/rights.xml"))
        {
            sink.EmptyReason = "The book is protected (DRM): its text cannot be read.";
        }

        for (var index = 0; index < chapters.Count; index++)
        {
            sink.Progress((double)index / chapters.Count);
            if (zip.ReadAll(chapters[index]) is { } page && !IsEncrypted(page))
            {
                HtmlFormat.Read(page, sink, declared: null);
            }
        }
    }

    private static List<string> Chapters(ZipContainer zip, DocumentSink sink)
    {
        var pages = zip.Names.Where(IsPage).Order(StringComparer.OrdinalIgnoreCase).ToList();
        if (PackagePath(zip) is not { } path || Load(zip, path) is not { } package)
        {
            return pages;
        }

        sink.Title = package.Inside("metadata").Elements().FirstOrDefault(element => element.LocalName() == "title")?.Value;
        var items = new Dictionary<string, XElement>(StringComparer.Ordinal);
        foreach (var item in package.Inside("item"))
        {
            items.TryAdd(item.Value("id") ?? string.Empty, item);
        }

        var folder = path.Contains('/') ? path[..(path.LastIndexOf('/') + 1)] : string.Empty;
        var spine = package.Inside("itemref")
            .Select(reference => items.GetValueOrDefault(reference.Value("idref") ?? string.Empty))
            .OfType<XElement>()
            .Where(item => item.Value("properties")?.Contains("nav", StringComparison.Ordinal) != true)
            .Select(item => PathOf(folder, item.Value("href") ?? string.Empty))
            .Where(zip.Contains)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToList();
        return spine.Count > 0 ? spine : pages;
    }

    private static string? PackagePath(ZipContainer zip)
    {
        var named = Load(zip, Container).Inside("rootfile")
            .Select(root => root.Value("full-path"))
            .FirstOrDefault(path => path is not null && zip.Contains(path));
        return named ?? zip.Names.FirstOrDefault(name => name.EndsWith(".opf", StringComparison.OrdinalIgnoreCase));
    }

    private static XElement? Load(ZipContainer zip, string name)
    {
        try
        {
            return SafeXml.Load(zip.Open(name));
        }
        catch (XmlException)
        {
            // Without a table of contents all pages are read.
            return null;
        }
    }

    private static string PathOf(string folder, string reference)
    {
        var parts = new List<string>();
        foreach (var part in Uri.UnescapeDataString(folder + reference.Split('#')[0]).Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("." or ".." or ""))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private static bool IsPage(string name) =>
        Path.GetExtension(name).ToLowerInvariant() is ".xhtml" or ".html" or ".htm"
            && !name.StartsWith("META-INF/", StringComparison.OrdinalIgnoreCase);

    private static bool IsEncrypted(ReadOnlySpan<byte> page) => TextEncodings.Detect(page[..Math.Min(page.Length, 4096)]) is null;
}
