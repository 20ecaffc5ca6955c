using System.Xml;
using DocumentFormat.OpenXml.Packaging;
using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>
/// Word, PowerPoint and Excel files. The Open XML SDK finds the parts. Packages that it rejects are read from the zip file
/// directly, as far as their parts exist.
/// </summary>
internal sealed class OfficeFormat(string contentType) : IFormatReader
{
    private static readonly string[] UsualNames = ["word/document.xml", "ppt/presentation.xml", "xl/workbook.xml"];

    public void Read(Stream file, DocumentSink sink)
    {
        var zip = new ZipContainer(file, sink.Limits);
        using var package = TryOpen(file);
        if (package is not null && MainPart(package, zip.Budget) is { } main)
        {
            try
            {
                Read(main, LooseTitle(zip), sink);
                if (sink.HasText)
                {
                    return;
                }
            }
            catch (Exception exception) when (IsPackageFault(exception) && !sink.HasText)
            {
                // Read again below, without the package.
            }
        }

        if (!sink.HasText)
        {
            Read(LooseMainPart(zip), LooseTitle(zip), sink);
        }
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

    private OpenXmlPackage? TryOpen(Stream file)
    {
        try
        {
            return contentType switch
            {
                ContentTypes.PowerPoint => PresentationDocument.Open(file, isEditable: false),
                ContentTypes.Excel => SpreadsheetDocument.Open(file, isEditable: false),
                _ => WordprocessingDocument.Open(file, isEditable: false),
            };
        }
        catch (Exception exception) when (IsPackageFault(exception))
        {
            return null;
        }
    }

    // The exceptions of the SDK and of System.IO.Packaging for invalid packages.
    private static bool IsPackageFault(Exception exception) => exception is OpenXmlPackageException or FileFormatException
        or InvalidDataException or XmlException or IOException or ArgumentException or InvalidOperationException
        or UriFormatException or NotSupportedException or KeyNotFoundException or NullReferenceException or FormatException;

    private static PackagePart? MainPart(OpenXmlPackage package, InflationBudget budget)
    {
        var main = package.Parts.FirstOrDefault(
            pair => pair.OpenXmlPart.RelationshipType.EndsWith("/officeDocument", StringComparison.OrdinalIgnoreCase));
        return main.OpenXmlPart is null ? null : new PackagePart(main.OpenXmlPart, budget);
    }

    private static OfficePart LooseMainPart(ZipContainer zip)
    {
        var named = LoosePart.Relations(zip, string.Empty)
            .FirstOrDefault(relation => relation.Type.EndsWith("/officeDocument", StringComparison.OrdinalIgnoreCase))?.Target;
        if (named is not null && TryRootName(named) is not null)
        {
            return named;
        }

        var usual = UsualNames.FirstOrDefault(zip.Contains)
            ?? throw new UnreadableDocumentException("The file is damaged: the part that holds its text is missing.");
        return new LoosePart(zip, usual);
    }

    private static string? LooseTitle(ZipContainer zip) =>
        new LoosePart(zip, "docProps/core.xml").TryLoad().Child("title")?.Value;
}
