using System.Diagnostics.Metrics;

namespace RagAspire.Search.Caching;

/// <summary>Metrics of the caches in Redis.</summary>
public sealed class CacheMetrics
{
    public const string MeterName = "RagAspire.Caching";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _bytes;
    private readonly Counter<double> _saved;

    public CacheMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>(
            "rag.cache.requests", "{request}", "Cache lookups by result: hit, miss, stale, error, or bypass without Redis");
        _bytes = meter.CreateCounter<long>("rag.cache.bytes", "By", "Bytes that were read from and written to a cache");
        _saved = meter.CreateCounter<double>("rag.cache.saved", "s", "Time that computing took whose result was then served again");
    }

    public void LookedUp(string cache, string result) => _requests.Add(1, Cache(cache), new("result", result));

    public void Read(string cache, long bytes) => _bytes.Add(bytes, Cache(cache), new("direction", "read"));

    public void Wrote(string cache, long bytes) => _bytes.Add(bytes, Cache(cache), new("direction", "written"));

    public void Saved(string cache, double seconds) => _saved.Add(seconds, Cache(cache));

    private static KeyValuePair<string, object?> Cache(string name) => new("cache", name);
}
