using System.Diagnostics;

namespace RagAspire.Ingestion;

/// <summary>The spans of ingestion, one for each stage.</summary>
internal static class IngestionTelemetry
{
    public static ActivitySource Source { get; } = new("RagAspire.Ingestion");
}
