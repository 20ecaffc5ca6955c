using RagAspire.Extraction;
using RagAspire.Extractor.Tables;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Exceptions;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// PDF: the letters of each page, arranged by position into lines, columns, paragraphs and tables. Unreadable pages are
/// left out. A file that cannot be opened is repaired and tried again.
/// </summary>
internal sealed class PdfFormat : IFormatReader
{
    public void Read(Stream file, DocumentSink sink)
    {
        var bytes = TextDecoder.ReadAll(file);
        var document = TryOpen(bytes);
        if (document is not null)
        {
            using (document)
            {
                Read(document, sink);
            }
        }

        var isCutShort = PdfRepair.IsCutShort(bytes);
        if (!sink.HasText && (document is null || isCutShort) && PdfRepair.Repair(bytes) is { } repaired
            && TryOpen(repaired) is { } rest)
        {
            using (rest)
            {
                Read(rest, sink);
            }
        }

        if (document is null || isCutShort)
        {
            sink.EmptyReason = Reasons.Damaged;
        }
    }

    private static void Read(PdfDocument document, DocumentSink sink)
    {
        sink.Pages = document.NumberOfPages;
        var pages = new PdfPages(document, sink).Read();
        var repeated = new RepeatedLines(pages);
        var blocks = pages.ConvertAll(page => repeated.Without(page).SelectMany(BlockBuilder.Build).ToList());
        var headings = new PdfHeadings(blocks.SelectMany(page => page));
        PageBreaks.Join(blocks, headings);
        sink.Title = blocks.FirstOrDefault()?.Where(block => headings.Level(block) > 0).MaxBy(block => block.Size)?.Text;
        sink.Title = document.Information?.Title;
        for (var index = 0; index < pages.Count; index++)
        {
            sink.SetPage(pages[index].Number, pages[index].Rows.Any());

            // A paragraph that continues on the next page stays the last one of this page.
            var isOpen = index + 1 < pages.Count && blocks[index + 1] is [{ Continues: true }, ..];
            var closed = blocks[index].Count - (isOpen ? 1 : 0);
            blocks[index].Take(closed).ToList().ForEach(block => Write(block, headings.Level(block), sink));
            foreach (var extra in pages[index].Extras)
            {
                sink.Paragraph(extra);
            }

            blocks[index].Skip(closed).ToList().ForEach(block => Write(block, headings.Level(block), sink));
        }

        Attachments(document, sink);
    }

    private static void Attachments(PdfDocument document, DocumentSink sink)
    {
        try
        {
            if (document.Advanced.TryGetEmbeddedFiles(out var files))
            {
                AttachedFile.TakeOut(
                    [.. files.Select(file => new AttachedFile(file.Name ?? string.Empty, () => file.Memory.ToArray()))], sink);
            }
        }
        catch (Exception exception) when (exception
            is not (OutOfMemoryException or InsufficientExecutionStackException or UnreadableDocumentException))
        {
            // The parser throws arbitrary exceptions for damaged names.
            Console.Error.WriteLine(exception);
            sink.Warn(WarningCodes.AttachmentsUnreadable);
        }
    }

    private static PdfDocument? TryOpen(byte[] bytes)
    {
        try
        {
            // Many files are encrypted with an empty password, so that every reader can open them.
            return PdfDocument.Open(
                bytes, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true, Passwords = [string.Empty] });
        }
        catch (PdfDocumentEncryptedException exception)
        {
            throw new UnreadableDocumentException(Reasons.Encrypted, exception);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or InsufficientExecutionStackException))
        {
            // The parser throws arbitrary exceptions for a damaged file.
            Console.Error.WriteLine(exception);
            return null;
        }
    }

    private static void Write(PdfBlock block, int level, DocumentSink sink)
    {
        if (block.IsTable)
        {
            sink.Table(new TableGrid(block.Rows));
        }
        else if (block.Continues)
        {
            sink.Continuation(block.Text);
        }
        else if (level > 0)
        {
            sink.Heading(level, block.Text);
        }
        else
        {
            sink.Paragraph(block.Text);
        }
    }
}
