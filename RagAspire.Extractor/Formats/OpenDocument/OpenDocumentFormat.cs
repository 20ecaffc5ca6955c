using System.Xml;
using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>
/// OpenDocument texts, workbooks, presentations and drawings: a zip file of parts, or one XML file. Read part by part, so that
/// the text before damage is kept.
/// </summary>
internal sealed class OpenDocumentFormat : IFormatReader
{
    private const string Office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0";

    // Workbooks keep the styles of empty cells.
    private const int Ratio = 40;

    public void Read(Stream file, DocumentSink sink)
    {
        Span<byte> start = stackalloc byte[2];
        var isZip = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("PK"u8);
        file.Position = 0;
        if (!isZip)
        {
            var flat = new OpenPart(zip: null, string.Empty, new OpenStyles());
            Body(SafeXml.Reader(TextDecoder.Decode(file, sink)), flat, sink);
            return;
        }

        var zip = new ZipContainer(file, sink, Ratio);
        if (SafeXml.Load(zip.Open("META-INF/manifest.xml")).Inside("encryption-data").Any())
        {
            throw new UnreadableDocumentException(Reasons.Encrypted);
        }

        var main = new OpenPart(zip, string.Empty, new OpenStyles());
        sink.Title = main.TryLoad("meta.xml").Inside("title").FirstOrDefault()?.Value;
        if (main.TryLoad("styles.xml") is { } styles)
        {
            main.Styles.Add(styles);
        }

        using var stream = main.Open("content.xml")
            ?? throw new UnreadableDocumentException("The file is damaged: the part that holds its text is missing.");
        Body(SafeXml.Reader(stream), main, sink);
    }

    private static void Body(XmlReader reader, OpenPart part, DocumentSink sink)
    {
        using (reader)
        {
            while (reader.ReadState is ReadState.Initial or ReadState.Interactive)
            {
                if (reader.NodeType != XmlNodeType.Element || reader.NamespaceURI != Office)
                {
                    reader.Read();
                    continue;
                }

                switch (reader.LocalName)
                {
                    case "meta":
                        sink.Title = SafeXml.ReadElement(reader).Inside("title").FirstOrDefault()?.Value;
                        break;
                    case "styles" or "automatic-styles" or "master-styles":
                        part.Styles.Add(SafeXml.ReadElement(reader));
                        break;
                    case "text":
                        new OpenTexts(part, sink).Read(reader);
                        break;
                    case "spreadsheet":
                        new OpenSheets(part, sink).Read(reader);
                        break;
                    case "presentation" or "drawing":
                        new OpenSlides(part, sink).Read(reader);
                        break;
                    default:
                        reader.Read();
                        break;
                }
            }
        }
    }
}
