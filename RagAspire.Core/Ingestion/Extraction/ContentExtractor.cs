using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Extraction;

namespace RagAspire.Ingestion.Extraction;

/// <summary>Extracts the text of a stored document, by way of a temporary file that the extractor process can read.</summary>
public sealed class ContentExtractor(DocumentContents contents, TextExtractor extractor)
{
    /// <param name="report">Called with the share that is read, 0–1.</param>
    /// <exception cref="UnreadableDocumentException">The file is at fault.</exception>
    public async Task<ExtractedDocument> ExtractAsync(
        Document document, Func<double, Task> report, CancellationToken cancellationToken)
    {
        using var file = new TemporaryFile();
        await using (var stream = file.Create())
        {
            if (!await contents.CopyToAsync(document.Id, document.Version, stream, cancellationToken))
            {
                throw new InvalidOperationException($"The content of version {document.Version} is deleted.");
            }
        }

        await using var reports = new ProgressReports(report);
        return await extractor.ExtractAsync(file.Path, document.ContentType, reports, cancellationToken);
    }
}
