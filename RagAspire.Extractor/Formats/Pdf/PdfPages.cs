using RagAspire.Extraction;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Exceptions;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Reads the pages of a document, as many as can be read.</summary>
internal sealed class PdfPages(PdfDocument document, DocumentSink sink)
{
    // A page with images or so many drawing operations and no text is a picture of text.
    private const int DrawnPage = 50;

    private readonly PdfExtras _extras = new(document);
    private int _failed;
    private bool _isEncrypted;
    private bool _isDrawn;

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
            }
        }

        sink.EmptyReason = _failed > 0 ? (_isEncrypted ? Reasons.Encrypted : Reasons.Damaged)
            : _isDrawn ? Reasons.Scanned
            : Reasons.Empty;
        return pages;
    }

    private PageText ReadPage(int number)
    {
        var page = document.GetPage(number);
        _isDrawn |= page.NumberOfImages > 0 || page.Operations.Count > DrawnPage;
        var regions = GlyphRuns.Read(page.Letters).SelectMany(PageLayout.Regions).ToList();
        return new PageText(number, regions, Try(number, () => _extras.Read(page)) ?? []);
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
            // Broken pages make the parser throw whatever it stumbles over; the other pages are not to blame.
            _isEncrypted |= exception is PdfDocumentEncryptedException;
            Console.Error.WriteLine($"Page {number}: {exception.GetType().Name}: {exception.Message}");
            return null;
        }
    }
}
