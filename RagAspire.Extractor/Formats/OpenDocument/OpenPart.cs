using System.Xml;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>The folder of a document in its zip file, with its styles.</summary>
/// <param name="zip">Null for a document that is one XML file.</param>
internal sealed class OpenPart(ZipContainer? zip, string folder, OpenStyles styles)
{
    public OpenStyles Styles => styles;

    public Stream? Open(string name) => zip?.Open(folder + name);

    /// <returns>Null when the part is missing or damaged.</returns>
    public XElement? TryLoad(string name)
    {
        try
        {
            return SafeXml.Load(Open(name));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>The content of an object: an equation, a chart, or another document; null when it cannot be read.</summary>
    public XElement? ObjectOf(XElement frame)
    {
        var found = frame.Child("object");
        if (found?.Elements().FirstOrDefault(child => child.LocalName() is "math" or "document") is { } inside)
        {
            return inside;
        }

        var reference = found.Value("href")?.Replace('\\', '/').Trim('/') ?? string.Empty;
        reference = reference.StartsWith("./", StringComparison.Ordinal) ? reference[2..] : reference;
        return reference.Length > 0 ? TryLoad(reference + "/content.xml") : null;
    }
}
