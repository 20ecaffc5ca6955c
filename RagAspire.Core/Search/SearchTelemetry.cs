using System.Diagnostics;

namespace RagAspire.Search;

internal static class SearchTelemetry
{
    public static ActivitySource Source { get; } = new("RagAspire.Search");
}
