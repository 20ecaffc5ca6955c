using System.Xml;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>The body of a text, block by block, between the headers and the footers of its pages.</summary>
internal sealed class OpenTexts(OpenPart part, DocumentSink sink)
{
    private const int BlocksBetweenReports = 500;

    private readonly OpenBlocks _blocks = new(part, sink);

    /// <summary>Reads the current element; the reader moves behind its blocks.</summary>
    public void Read(XmlReader reader)
    {
        Edges("header");
        var depth = reader.Depth;
        var blocks = 0;
        reader.Read();
        while (reader.ReadState == ReadState.Interactive && reader.Depth > depth)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                reader.Read();
                continue;
            }

            _blocks.Read(SafeXml.ReadElement(reader));
            if (++blocks % BlocksBetweenReports == 0)
            {
                sink.Progress(0);
            }
        }

        Edges("footer");
    }

    private void Edges(string name)
    {
        foreach (var edge in part.Styles.Edges(name))
        {
            sink.Paragraph(OpenText.Flat(edge, part));
        }
    }
}
