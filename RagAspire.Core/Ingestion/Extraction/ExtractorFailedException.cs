namespace RagAspire.Ingestion.Extraction;

/// <summary>Why an extractor process did not finish a document.</summary>
internal enum ExtractorFailure
{
    Crashed,
    TimedOut,
    Stalled,
    OutOfMemory,
}

/// <summary>The process crashed or was killed while it read a document.</summary>
/// <param name="page">The page it was about to read, where the format has pages.</param>
internal sealed class ExtractorFailedException(ExtractorFailure failure, int? page, string details)
    : Exception($"The extractor process ended ({failure}). {details}")
{
    public ExtractorFailure Failure => failure;

    public int? Page => page;
}
