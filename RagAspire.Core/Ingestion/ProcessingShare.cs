using RagAspire.Documents.Leases;
using RagAspire.Ingestion.Extraction;

namespace RagAspire.Ingestion;

/// <summary>
/// How much of a worker one document takes. Small texts are processed together, because what they cost is mostly waiting for the
/// database; the memory of a group is bounded by their size.
/// </summary>
internal static class ProcessingShare
{
    /// <summary>The share of a document that is as large, or as hard to read, as any.</summary>
    public const int Whole = 32;

    private const int BytesPerShare = 1 << 15;

    /// <summary>
    /// A document whose processing was interrupted may be what interrupts it, so that few others are processed beside it.
    /// </summary>
    public static int Of(DueDocument document) =>
        document.Attempts > 0 || ReadingIsolation.NeedsOwnProcess(document.ContentType) ? Whole
            : (int)Math.Clamp((document.SizeBytes + BytesPerShare - 1) / BytesPerShare, 1, Whole);
}
