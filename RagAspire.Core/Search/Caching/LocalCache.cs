using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace RagAspire.Search.Caching;

/// <summary>
/// The results that this process serves again and again, as objects, so that they are neither fetched from Redis nor read from
/// JSON each time. Those used least go when it is full.
/// </summary>
public sealed class LocalCache(IOptions<CacheOptions> options) : IDisposable
{
    /// <summary>Text has two bytes a character in memory, beside the JSON that is kept with it, and objects around it.</summary>
    private const int BytesPerByteOfJson = 4;

    /// <summary>Redis knows when an entry expires, and this process does not: it may live so much longer.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly MemoryCache? _entries = options.Value.LocalMegabytes == 0
        ? null
        : new MemoryCache(new MemoryCacheOptions { SizeLimit = (long)options.Value.LocalMegabytes << 20 });

    /// <returns>Null for a miss.</returns>
    public T? Find<T>(string name)
        where T : class => _entries?.Get<T>(name);

    /// <param name="json">The size of its JSON in bytes.</param>
    public void Keep<T>(string name, T entry, long json)
        where T : class => _entries?.Set(name, entry, new MemoryCacheEntryOptions
        {
            Size = json * BytesPerByteOfJson,
            AbsoluteExpirationRelativeToNow = Lifetime,
        });

    public void Dispose() => _entries?.Dispose();
}
