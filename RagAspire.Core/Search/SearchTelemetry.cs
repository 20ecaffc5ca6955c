using System.Diagnostics;

namespace RagAspire.Search;

/// <summary>The spans of search.</summary>
internal static class SearchTelemetry
{
    public static ActivitySource Source { get; } = new("RagAspire.Search");
}
