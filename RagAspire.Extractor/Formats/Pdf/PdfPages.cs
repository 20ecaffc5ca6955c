using System.Globalization;
using RagAspire.Extraction;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Exceptions;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Reads all readable pages of a document.</summary>
internal sealed class PdfPages(PdfDocument document, DocumentSink sink)
{
    // A page without text, but with images or this many drawing operations, is scanned or drawn.
    private const int DrawnPage = 50;

    private readonly PdfExtras _extras = new(document);
    private int _failed;
    private bool _isEncrypted;
    private bool _isDrawn;
    private bool _isUnnamed;

    public List<PageText> Read()
    {
        var pages = new List<PageText>();
        for (var number = 1; number <= document.NumberOfPages; number++)
        {
            if (sink.BeginPage(number) && Try(number, () => ReadPage(number)) is { } page)
            {
                pages.Add(page);
            }
            else
            {
                _failed++;
                sink.Warn(WarningCodes.PagesUnreadable, number.ToString(CultureInfo.InvariantCulture));
            }
        }

        sink.EmptyReason = _failed > 0 ? (_isEncrypted ? Reasons.Encrypted : Reasons.Damaged)
            : _isUnnamed ? Reasons.NoCharacters
            : _isDrawn ? Reasons.Scanned
            : Reasons.Empty;
        return pages;
    }

    private PageText ReadPage(int number)
    {
        var page = document.GetPage(number);
        _isDrawn |= page.NumberOfImages > 0 || page.Operations.Count > DrawnPage;
        var regions = GlyphRuns.Read(page.Letters).SelectMany(PageLayout.Regions).ToList();
        _isUnnamed |= regions.TrueForAll(region => region.Count == 0) && page.Operations.Any(operation => operation.Operator is "Tj" or "TJ");
        return new PageText(number, regions, Try(number, () => _extras.Read(page)) ?? [], page.Height);
    }

    private T? Try<T>(int number, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or InsufficientExecutionStackException))
        {
            // The parser throws arbitrary exceptions for a damaged page; the other pages are still read.
            _isEncrypted |= exception is PdfDocumentEncryptedException;
            Console.Error.WriteLine($"Page {number}: {exception.GetType().Name}: {exception.Message}");
            return null;
        }
    }
}
