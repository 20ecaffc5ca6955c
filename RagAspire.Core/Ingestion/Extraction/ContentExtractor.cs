using Microsoft.Extensions.Options;
using RagAspire.Documents;
using RagAspire.Documents.Children;
using RagAspire.Documents.Intake;
using RagAspire.Extraction;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// Extracts the text of a stored document, by way of memory or a temporary file without a name: no connection of the database
/// is held while the document is read, and the operating system frees the file when this process dies.
/// </summary>
public sealed class ContentExtractor(
    DocumentContents contents, TextExtractor extractor, IOptions<ExtractionOptions> options, IOptions<IntakeOptions> intake)
{
    /// <summary>A place for the files inside a document, within the limits.</summary>
    public AttachedFiles Attached() => new(options.Value.MaxEntries, options.Value.MaxInflatedBytes);

    /// <param name="attached">Takes the files that are inside.</param>
    /// <param name="report">Called with the share that is read, 0–1.</param>
    /// <exception cref="UnreadableDocumentException">The file is at fault.</exception>
    public async Task<ExtractedDocument> ExtractAsync(
        Document document, AttachedFiles attached, Func<double, Task> report, CancellationToken cancellationToken)
    {
        await using var file = await FileAsync(document, cancellationToken);
        await using var reports = new ProgressReports(report);
        var source = new ExtractionSource(file, document.ContentType, document.Collection, document.Sha256)
        {
            Attached = attached,
            LargestAttached = intake.Value.UploadBytes,
            Depth = document.Depth,
        };
        return await extractor.ExtractAsync(source, reports, cancellationToken);
    }

    /// <summary>A small file is kept in memory, a larger one on the disk.</summary>
    private async Task<Stream> FileAsync(Document document, CancellationToken cancellationToken)
    {
        if (document.SizeBytes <= DocumentContents.SmallBytes
            && await contents.SmallAsync(document.Id, document.Version, cancellationToken) is { } bytes
            && bytes.Length == document.SizeBytes)
        {
            return new MemoryStream(bytes, writable: false);
        }

        var file = TemporaryFile.CreateUnnamed();
        try
        {
            return await contents.CopyToAsync(document.Id, document.Version, file, cancellationToken)
                ? file : throw new InvalidOperationException($"The content of version {document.Version} is deleted.");
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
