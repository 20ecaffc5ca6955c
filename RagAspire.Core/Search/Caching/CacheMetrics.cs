using System.Diagnostics.Metrics;

namespace RagAspire.Search.Caching;

/// <summary>Counts cache lookups.</summary>
public sealed class CacheMetrics(IMeterFactory meters)
{
    public const string MeterName = "RagAspire.Caching";

    private readonly Counter<long> _requests = meters.Create(MeterName).CreateCounter<long>(
        "rag.cache.requests", "{request}", "Cache lookups by result: hit, miss, error, or bypass without Redis");

    public void LookedUp(string cache, string result) => _requests.Add(
        1, new KeyValuePair<string, object?>("cache", cache), new KeyValuePair<string, object?>("result", result));
}
