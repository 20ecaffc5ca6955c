using System.Xml;
using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>
/// Word, PowerPoint and Excel files, read from their zip file part by part. A library for packages would write temporary
/// files, which the sandbox forbids, and reject damaged files whose text can be read.
/// </summary>
internal sealed class OfficeFormat(bool isWorkbook) : IFormatReader
{
    // Workbooks keep the formats of empty cells.
    private const int WorkbookRatio = 25;

    private static readonly string[] UsualNames = ["word/document.xml", "ppt/presentation.xml", "xl/workbook.xml"];

    public void Read(Stream file, DocumentSink sink)
    {
        var zip = new ZipContainer(file, sink, isWorkbook ? WorkbookRatio : ZipContainer.UsualRatio);
        Read(MainPart(zip), new OfficePart(zip, "docProps/core.xml").TryLoad().Child("title")?.Value, sink);
    }

    private static void Read(OfficePart main, string? title, DocumentSink sink)
    {
        sink.Title = title;
        switch (RootName(main))
        {
            case "document":
                new WordReader(main, sink).Read();
                break;
            case "presentation":
                new SlideReader(main, sink).Read();
                break;
            case "workbook":
                new SheetReader(main, sink).Read();
                break;
            default:
                throw new UnreadableDocumentException(Reasons.Damaged);
        }
    }

    private static string? TryRootName(OfficePart part)
    {
        try
        {
            return RootName(part);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static string? RootName(OfficePart part)
    {
        using var stream = part.Open();
        using var reader = SafeXml.Reader(stream ?? Stream.Null);
        return reader.MoveToContent() == XmlNodeType.Element ? reader.LocalName : null;
    }

    private static OfficePart MainPart(ZipContainer zip)
    {
        var named = OfficePart.RelationsOf(zip, string.Empty)
            .FirstOrDefault(relation => relation.Type.EndsWith("/officeDocument", StringComparison.OrdinalIgnoreCase))?.Target;
        if (named is not null && TryRootName(named) is not null)
        {
            return named;
        }

        var usual = UsualNames.FirstOrDefault(zip.Contains)
            ?? throw new UnreadableDocumentException("The file is damaged: the part that holds its text is missing.");
        return new OfficePart(zip, usual);
    }
}
