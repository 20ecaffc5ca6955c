using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Vectors.Sync;
using StackExchange.Redis;

namespace RagAspire.Search.Caching;

/// <summary>Where a result is cached, and the state of its collection that it belongs to.</summary>
/// <param name="Newest">The newest change of all collections that this process knew.</param>
/// <param name="Sequence">The newest change of the collection that this process knew.</param>
/// <param name="Name">In Redis.</param>
public sealed record CacheKey(string Collection, long Newest, long Sequence, string Name);

/// <summary>
/// Results in Redis, for all processes, and the latest of them in this one. A key contains the collection and its generation,
/// so that a change of any document invalidates all results of its collection at once. Without Redis only what this process
/// keeps is found; while the change feed is interrupted, every lookup is a miss.
/// </summary>
/// <remarks>
/// This process hears of a change a moment after the call that made it has returned. So PostgreSQL is asked before a result is
/// served: once the call has returned, no process serves an older result.
/// </remarks>
public sealed partial class ResponseCache(
    NpgsqlDataSource dataSource,
    IConnectionMultiplexer redis,
    IndexGeneration generation,
    NewestChange newestChange,
    LocalCache local,
    CacheMetrics metrics,
    IOptions<CacheOptions> options,
    ILogger<ResponseCache> logger)
{
    private const string Answers = "answer";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Another version may rank or write differently.</summary>
    private static readonly string Version = typeof(ResponseCache).Module.ModuleVersionId.ToString("N");

    private readonly SingleFlight _flights = new(redis, options.Value, TimeProvider.System);

    /// <summary>The key of a request in the present generation of a collection.</summary>
    /// <param name="cache">"search" or "answer".</param>
    /// <param name="request">Everything that the result depends on, besides the collection; serialised as JSON.</param>
    /// <returns>Null when nothing may be cached.</returns>
    public CacheKey? Key(string cache, string collection, object request)
    {
        // In this order: what is known of all collections is then known of this one.
        var newest = generation.Newest;
        var sequence = generation.NewestOf(collection);
        if (generation.Of(collection) is not { } current || !options.Value.Enabled)
        {
            return null;
        }

        var whole = JsonSerializer.Serialize(new { Version, collection, current, request }, Json);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)));
        return new CacheKey(collection, newest, sequence, $"ragaspire:{cache}:{hash}");
    }

    /// <returns>Null for a miss; also when Redis fails, or does not answer within <see cref="CacheOptions.Patience"/>.</returns>
    public async Task<T?> GetAsync<T>(string cache, CacheKey? key, CancellationToken cancellationToken)
        where T : class
    {
        var entry = await ReadAsync<T>(cache, key, cancellationToken);
        if (entry is null)
        {
            return null;
        }

        var isStale = await HasChangedAsync(key!, cancellationToken);
        metrics.LookedUp(cache, isStale ? "stale" : "hit");
        if (isStale)
        {
            return null;
        }

        metrics.Saved(cache, entry.Seconds);
        return entry.Value;
    }

    /// <summary>A kept result, or else the right to compute it.</summary>
    /// <param name="waits">Whether to wait while another caller, of any process, computes the result.</param>
    public async Task<(T? Value, Flight Flight)> GetOrEnterAsync<T>(
        string cache, CacheKey? key, bool waits, CancellationToken cancellationToken)
        where T : class
    {
        var kept = await GetAsync<T>(cache, key, cancellationToken);
        var wait = cache == Answers ? options.Value.AnswerWait : options.Value.Wait;
        if (kept is not null || key is null || wait == TimeSpan.Zero)
        {
            return (kept, Flight.Unshared);
        }

        var flight = await _flights.EnterAsync(key.Name, waits ? wait : TimeSpan.Zero, cancellationToken);
        return (flight.HasWaited ? await GetAsync<T>(cache, key, cancellationToken) : null, flight);
    }

    /// <summary>Stores a result without waiting for Redis.</summary>
    /// <param name="took">How long it took to compute.</param>
    public void Set<T>(string cache, CacheKey? key, T value, TimeSpan took = default)
        where T : class
    {
        if (key is null || !redis.IsConnected)
        {
            return;
        }

        try
        {
            var entry = JsonSerializer.SerializeToUtf8Bytes(new Entry<T>(value, took.TotalSeconds), Json);
            var lifetime = cache == Answers ? options.Value.AnswerLifetime : options.Value.SearchLifetime;
            redis.GetDatabase().StringSet(key.Name, entry, lifetime, flags: CommandFlags.FireAndForget);
            metrics.Wrote(cache, entry.Length);
        }
        catch (RedisException ex)
        {
            Log.NotWritten(logger, cache, ex.Message);
        }
    }

    /// <summary>Whether a collection has changed since a key was made, as PostgreSQL knows it.</summary>
    /// <remarks>
    /// In most cases nothing at all has changed, which one question says for all searches that ask at the same time.
    /// </remarks>
    public async Task<bool> HasChangedAsync(CacheKey key, CancellationToken cancellationToken) =>
        await newestChange.AskAsync(cancellationToken) != key.Newest
        && await dataSource.Command(
            "select exists (select from index_changes where collection = $1 and seq > $2)", key.Collection, key.Sequence)
            .ScalarAsync<bool>(cancellationToken);

    /// <returns>Null when there is nothing to return, and then it is counted why.</returns>
    private async Task<Entry<T>?> ReadAsync<T>(string cache, CacheKey? key, CancellationToken cancellationToken)
        where T : class
    {
        if (key is not null && local.Find<Entry<T>>(key.Name) is { } kept)
        {
            return kept;
        }

        if (key is null || !redis.IsConnected)
        {
            metrics.LookedUp(cache, "bypass");
            return null;
        }

        try
        {
            var value = await redis.GetDatabase().StringGetAsync(key.Name).WaitAsync(options.Value.Patience, cancellationToken);
            if (value.HasValue)
            {
                metrics.Read(cache, value.Length());
                var entry = JsonSerializer.Deserialize<Entry<T>>(((ReadOnlyMemory<byte>)value).Span, Json);
                if (entry is not null)
                {
                    // Asked for once, most results never are again.
                    local.Keep(key.Name, entry, value.Length());
                }

                return entry;
            }

            metrics.LookedUp(cache, "miss");
            return null;
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException or JsonException)
        {
            metrics.LookedUp(cache, "error");
            Log.NotRead(logger, cache, ex.Message);
            return null;
        }
    }

    /// <param name="Seconds">How long the value took to compute.</param>
    private sealed record Entry<T>(T Value, double Seconds);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The {Cache} cache could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string cache, string reason);

        [LoggerMessage(2, LogLevel.Debug, "The {Cache} cache could not be written: {Reason}")]
        public static partial void NotWritten(ILogger logger, string cache, string reason);
    }
}
