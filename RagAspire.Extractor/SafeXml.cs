using System.Xml;
using System.Xml.Linq;
using RagAspire.Extraction;

namespace RagAspire.Extractor;

/// <summary>
/// Reads untrusted XML: no external entities, limits on the expansion of entities and on the depth of trees, and no default
/// attributes, which each element would repeat.
/// </summary>
internal static class SafeXml
{
    private const int MaxDepth = 512;

    // Each attribute is compared with those before it.
    private const int MaxAttributes = 64;
    private const long MaxEntityCharacters = 1_000_000;

    private static XmlReaderSettings Settings(DtdProcessing declarations) => new()
    {
        DtdProcessing = declarations,
        XmlResolver = null,
        MaxCharactersFromEntities = MaxEntityCharacters,
        CheckCharacters = false,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        ConformanceLevel = ConformanceLevel.Auto,
    };

    /// <summary>Reads a part of a container, which needs no declarations.</summary>
    public static XmlReader Reader(Stream stream) => XmlReader.Create(stream, Settings(DtdProcessing.Ignore));

    public static XmlReader Reader(string text) => XmlReader.Create(
        new StringReader(text),
        Settings(text.Contains("<!ATTLIST", StringComparison.Ordinal) ? DtdProcessing.Ignore : DtdProcessing.Parse));

    /// <summary>Reads a whole small part, such as a list of relationships.</summary>
    public static XElement? Load(Stream? stream)
    {
        if (stream is null)
        {
            return null;
        }

        using (stream)
        {
            using var reader = Reader(stream);
            return reader.MoveToContent() == XmlNodeType.Element ? ReadElement(reader) : null;
        }
    }

    /// <summary>
    /// Reads the current element with its content, without recursion; the reader moves behind it.
    /// </summary>
    public static XElement ReadElement(XmlReader reader)
    {
        XElement? root = null;
        XElement? open = null;
        var depth = reader.Depth;
        do
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var isEmpty = reader.IsEmptyElement;
                    var element = Start(reader);
                    root ??= element;
                    open?.Add(element);
                    if (!isEmpty)
                    {
                        open = element;
                    }
                    else if (open is null)
                    {
                        reader.Read();
                        return root;
                    }

                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    open?.Add(new XText(reader.Value));
                    break;
                case XmlNodeType.EndElement:
                    open = open?.Parent;
                    break;
                default:
                    break;
            }

            if (reader.Depth - depth > MaxDepth)
            {
                throw new UnreadableDocumentException(Reasons.TooDeep);
            }
        }
        while (reader.Read() && (open is not null || reader.Depth > depth));

        return root!;
    }

    private static XElement Start(XmlReader reader)
    {
        var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
        if (reader.MoveToFirstAttribute())
        {
            var left = MaxAttributes;
            do
            {
                if (reader.NamespaceURI != "http://www.w3.org/2000/xmlns/")
                {
                    element.SetAttributeValue(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value);
                }
            }
            while (--left > 0 && reader.MoveToNextAttribute());
            reader.MoveToElement();
        }

        return element;
    }
}
