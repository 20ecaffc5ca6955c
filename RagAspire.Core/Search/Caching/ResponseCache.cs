using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Vectors.Sync;
using StackExchange.Redis;

namespace RagAspire.Search.Caching;

/// <summary>
/// Results in Redis. A key contains the collection and its generation, so that a change of any document invalidates all
/// results of its collection at once. Without Redis, or while the change feed is interrupted, every lookup is a miss.
/// </summary>
public sealed partial class ResponseCache(
    IConnectionMultiplexer redis,
    IndexGeneration generation,
    CacheMetrics metrics,
    IOptions<CacheOptions> options,
    ILogger<ResponseCache> logger)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The key of a request in the present generation of a collection.</summary>
    /// <param name="cache">"search" or "answer".</param>
    /// <param name="request">Everything that the result depends on, besides the collection; serialised as JSON.</param>
    /// <returns>Null when nothing may be cached.</returns>
    public string? Key(string cache, string collection, object request)
    {
        if (generation.Of(collection) is not { } current || !options.Value.Enabled)
        {
            return null;
        }

        var whole = JsonSerializer.Serialize(new { collection, current, request }, Json);
        return $"ragaspire:{cache}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))}";
    }

    /// <returns>Null for a miss; also when Redis fails, or does not answer within <see cref="CacheOptions.Patience"/>.</returns>
    public async Task<T?> GetAsync<T>(string cache, string? key, CancellationToken cancellationToken)
        where T : class
    {
        if (key is null || !redis.IsConnected)
        {
            metrics.LookedUp(cache, "bypass");
            return null;
        }

        try
        {
            var value = await redis.GetDatabase().StringGetAsync(key).WaitAsync(options.Value.Patience, cancellationToken);
            metrics.LookedUp(cache, value.HasValue ? "hit" : "miss");
            return value.HasValue ? JsonSerializer.Deserialize<T>((string)value!, Json) : null;
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException or JsonException)
        {
            metrics.LookedUp(cache, "error");
            Log.NotRead(logger, cache, ex.Message);
            return null;
        }
    }

    /// <summary>Stores a result without waiting for Redis.</summary>
    public void Set<T>(string cache, string? key, T value)
        where T : class
    {
        if (key is null || !redis.IsConnected)
        {
            return;
        }

        try
        {
            redis.GetDatabase().StringSet(
                key, JsonSerializer.Serialize(value, Json), options.Value.Lifetime, flags: CommandFlags.FireAndForget);
        }
        catch (RedisException ex)
        {
            Log.NotWritten(logger, cache, ex.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The {Cache} cache could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string cache, string reason);

        [LoggerMessage(2, LogLevel.Debug, "The {Cache} cache could not be written: {Reason}")]
        public static partial void NotWritten(ILogger logger, string cache, string reason);
    }
}
