using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;
using StackExchange.Redis;

namespace RagAspire.Search.Caching;

/// <summary>
/// The vectors of queries, kept in Redis by model and text. No document changes them, so they outlive the results of searches.
/// </summary>
public sealed class QueryVectors(
    Embedder embedder,
    IConnectionMultiplexer redis,
    IndexGeneration generation,
    CacheMetrics metrics,
    IOptions<CacheOptions> options)
{
    private const string CacheName = "embedding";

    private readonly SingleFlight _flights = new(redis, options.Value, TimeProvider.System);

    /// <summary>The embedding model; null where none is configured.</summary>
    public string? Model => embedder.Model;

    /// <summary>Names all that the vector of a query depends on, besides the query.</summary>
    public string Settings => $"{embedder.Model}\n{embedder.QueryPrefix}";

    /// <summary>The vector of a query, of unit length.</summary>
    /// <exception cref="EmbeddingUnavailableException">There is no model, or it failed.</exception>
    /// <exception cref="BudgetExceededException">The budget of the key is spent, and the vector is not kept.</exception>
    public async Task<float[]> EmbedAsync(string text, UsageContext usage, CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled || generation.Installation is not { } installation)
        {
            return await embedder.EmbedQueryAsync(text, usage, cancellationToken);
        }

        var key = Key(installation, text);
        if (await ReadAsync(key, cancellationToken) is { } kept)
        {
            return kept;
        }

        using var flight = await EnterAsync(key, cancellationToken);
        if (flight.HasWaited && await ReadAsync(key, cancellationToken) is { } computed)
        {
            return computed;
        }

        var startedAt = Stopwatch.GetTimestamp();
        var vector = await embedder.EmbedQueryAsync(text, usage, cancellationToken);
        Write(key, vector, Stopwatch.GetElapsedTime(startedAt));
        return vector;
    }

    private async Task<Flight> EnterAsync(string key, CancellationToken cancellationToken) => options.Value.Wait == TimeSpan.Zero
        ? Flight.Unshared
        : await _flights.EnterAsync(key, options.Value.Wait, cancellationToken);

    private string Key(string installation, string text)
    {
        var whole = Encoding.UTF8.GetBytes($"{installation}\n{Settings}\n{text}");
        return $"ragaspire:{CacheName}:{Convert.ToHexStringLower(SHA256.HashData(whole))}";
    }

    private async Task<float[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        if (!redis.IsConnected)
        {
            metrics.LookedUp(CacheName, "bypass");
            return null;
        }

        try
        {
            var value = await redis.GetDatabase().StringGetAsync(key).WaitAsync(options.Value.Patience, cancellationToken);
            var numbers = MemoryMarshal.Cast<byte, float>(((ReadOnlyMemory<byte>)value).Span);

            // A model of the same name may have been replaced by one of other dimensions.
            if (numbers.Length < 2 || (embedder.Dimensions is { } dimensions && dimensions != numbers.Length - 1))
            {
                metrics.LookedUp(CacheName, "miss");
                return null;
            }

            metrics.LookedUp(CacheName, "hit");
            metrics.Read(CacheName, value.Length());
            metrics.Saved(CacheName, numbers[0]);
            return numbers[1..].ToArray();
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            metrics.LookedUp(CacheName, "error");
            return null;
        }
    }

    /// <summary>Writes how long the vector took, in seconds, then its numbers.</summary>
    private void Write(string key, float[] vector, TimeSpan took)
    {
        if (!redis.IsConnected)
        {
            return;
        }

        try
        {
            float[] numbers = [(float)took.TotalSeconds, .. vector];
            var bytes = MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();
            redis.GetDatabase().StringSet(key, bytes, options.Value.EmbeddingLifetime, flags: CommandFlags.FireAndForget);
            metrics.Wrote(CacheName, bytes.Length);
        }
        catch (RedisException)
        {
            // The vector is computed again.
        }
    }
}
