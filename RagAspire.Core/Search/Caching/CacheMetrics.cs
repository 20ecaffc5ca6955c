using System.Diagnostics.Metrics;

namespace RagAspire.Search.Caching;

/// <summary>What operators see of the caches.</summary>
public sealed class CacheMetrics(IMeterFactory meters)
{
    public const string MeterName = "RagAspire.Caching";

    private readonly Counter<long> _requests = meters.Create(MeterName).CreateCounter<long>(
        "rag.cache.requests", "{request}", "Look-ups in a cache, by result: hit, miss, error, or bypass when there is no Redis");

    public void Looked(string cache, string result) => _requests.Add(
        1, new KeyValuePair<string, object?>("cache", cache), new KeyValuePair<string, object?>("result", result));
}
