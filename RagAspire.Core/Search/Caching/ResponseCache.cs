using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Vectors.Sync;
using StackExchange.Redis;

namespace RagAspire.Search.Caching;

/// <summary>
/// Results in Redis, kept apart by collection and by the generation of its chunks, so that a change of any document makes
/// them unreachable at once. Without Redis, or while changes cannot be followed, every look-up is a miss; nothing waits.
/// </summary>
public sealed partial class ResponseCache(
    IConnectionMultiplexer redis,
    IndexGeneration generation,
    CacheMetrics metrics,
    IOptions<CacheOptions> options,
    ILogger<ResponseCache> logger)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The key of a question in one collection as it is now; null when nothing may be cached.</summary>
    /// <param name="cache">"search" or "answer".</param>
    /// <param name="question">All that the result depends on, beside the collection.</param>
    public string? Key(string cache, string collection, object question)
    {
        if (generation.Of(collection) is not { } now || !options.Value.Enabled)
        {
            return null;
        }

        var whole = JsonSerializer.Serialize(new { collection, now, question }, Json);
        return $"ragaspire:{cache}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))}";
    }

    public async Task<T?> GetAsync<T>(string cache, string? key, CancellationToken cancellationToken)
        where T : class
    {
        if (key is null || !redis.IsConnected)
        {
            metrics.Looked(cache, "bypass");
            return null;
        }

        try
        {
            var value = await redis.GetDatabase().StringGetAsync(key).WaitAsync(options.Value.Patience, cancellationToken);
            metrics.Looked(cache, value.HasValue ? "hit" : "miss");
            return value.HasValue ? JsonSerializer.Deserialize<T>((string)value!, Json) : null;
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException or JsonException)
        {
            metrics.Looked(cache, "error");
            Log.NotRead(logger, cache, ex.Message);
            return null;
        }
    }

    /// <summary>Keeps a result; does not wait for it.</summary>
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
