using Microsoft.Extensions.Logging;
using RagAspire.Extraction;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// Recognises text in pictures with Tesseract, and on pages without text, which poppler's pdftoppm draws. Both are programs of
/// the system; without them the reason says how to get them.
/// </summary>
/// <param name="find">Gives the path of a program by its name.</param>
internal sealed partial class TextRecognition(
    ExtractionOptions options, TimeProvider time, ILogger logger, Func<string, string?> find)
{
    private const int MaxPictureBytes = 64 * 1024 * 1024;
    private const int MaxTableBytes = 32 * 1024 * 1024;
    private const string Resolution = "300";

    // Drawn at the usual resolution, larger pages are too large to recognise.
    private const string LargestSide = "6000";

    private readonly ConfinedProgram _programs = new(options, time);
    private readonly string? _tesseract = find("tesseract");
    private readonly string? _renderer = find("pdftoppm");

    public static bool IsPicture(string contentType) => contentType is ContentTypes.Png or ContentTypes.Jpeg or ContentTypes.Tiff;

    /// <summary>What is missing to recognise text in this type; empty when it is switched off, null for nothing.</summary>
    public string? Missing(string contentType) => options.OcrLanguages.Length == 0 ? string.Empty
        : _tesseract is null ? Reasons.Needs("Tesseract", "tesseract-ocr")
        : _renderer is null && !IsPicture(contentType) ? Reasons.Needs("pdftoppm", "poppler-utils")
        : null;

    /// <exception cref="UnreadableDocumentException">There is no text in it, or none can be recognised here.</exception>
    public async Task<ExtractedDocument> ReadPictureAsync(ExtractionSource source, CancellationToken cancellationToken)
    {
        if (Missing(source.ContentType) is { } missing)
        {
            throw new UnreadableDocumentException($"{Reasons.Picture} {missing}".TrimEnd());
        }

        var blocks = await RecogniseAsync(source.Content, page: null, cancellationToken)
            ?? throw new UnreadableDocumentException(Reasons.NothingRecognised);
        var pages = Math.Max(1, blocks.Max(block => block.Page) ?? 1);
        return RecognisedPages.Merge(new ExtractedDocument(null, [], pages, [], new Coverage("page", 0, pages)), blocks);
    }

    /// <summary>Adds the text of pages that have none.</summary>
    /// <param name="slots">One is held for each page, so that other documents are read meanwhile.</param>
    public async Task<ExtractedDocument> AddPagesAsync(
        ExtractedDocument document, ExtractionSource source, SemaphoreSlim slots, IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var recognised = new List<TextBlock>();
        var pages = document.Textless ?? [];
        for (var index = 0; index < pages.Count && time.GetElapsedTime(started) < options.OcrTimeLimit; index++)
        {
            await slots.WaitAsync(cancellationToken);
            try
            {
                recognised.AddRange(await PageAsync(source.Content, pages[index], cancellationToken) ?? []);
            }
            finally
            {
                slots.Release();
            }

            progress?.Report((index + 1.0) / pages.Count);
        }

        return RecognisedPages.Merge(document, recognised);
    }

    private async Task<IReadOnlyList<TextBlock>?> PageAsync(Stream file, int page, CancellationToken cancellationToken)
    {
        var number = page.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var size in new[] { "-r", "-scale-to" })
        {
            string[] arguments = ["-f", number, "-l", number, size, size == "-r" ? Resolution : LargestSide, "-gray", "-"];
            var (picture, failure) = await _programs.RunAsync(_renderer!, arguments, file, MaxPictureBytes, cancellationToken);
            if (failure is null && picture.Length > 0)
            {
                using var memory = new MemoryStream(picture);
                return await RecogniseAsync(memory, page, cancellationToken);
            }

            Log.NotDrawn(logger, page, failure);
        }

        return null;
    }

    /// <returns>Null when there is no text in it.</returns>
    private async Task<IReadOnlyList<TextBlock>?> RecogniseAsync(Stream picture, int? page, CancellationToken cancellationToken)
    {
        string[] arguments = ["stdin", "stdout", "-l", options.OcrLanguages, "--dpi", Resolution, "tsv"];
        var (table, failure) = await _programs.RunAsync(_tesseract!, arguments, picture, MaxTableBytes, cancellationToken);
        if (failure is not null)
        {
            Log.NotRecognised(logger, failure);
            if (failure.Contains("Failed loading language", StringComparison.Ordinal))
            {
                throw new UnreadableDocumentException(
                    $"{Reasons.Picture} The server lacks data of Tesseract: Extraction:OcrLanguages is {options.OcrLanguages} "
                    + "(Debian: tesseract-ocr-<language>): install it and process the document again.");
            }
        }

        var blocks = RecognisedText.Read(System.Text.Encoding.UTF8.GetString(table), page);
        return blocks.Count > 0 ? blocks : null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Page {Page} cannot be drawn for text recognition: {Reason}")]
        public static partial void NotDrawn(ILogger logger, int page, string? reason);

        [LoggerMessage(2, LogLevel.Warning, "Text recognition failed: {Reason}")]
        public static partial void NotRecognised(ILogger logger, string reason);
    }
}
