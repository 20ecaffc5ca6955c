using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Keeps RagAspire's caches in Redis within their budget: entries that expire first are removed first.</summary>
public sealed class CacheBudget(IConnectionMultiplexer redis, IOptions<CleanUpOptions> options, TimeProvider time)
{
    private const string Pattern = "ragaspire:*";
    private const int Page = 100;

    /// <summary>What Redis stores beside key and value, roughly.</summary>
    private const int OverheadBytes = 64;

    /// <exception cref="MaintenanceException">Redis cannot be reached.</exception>
    public async Task CleanAsync(ReportBuilder report, bool dryRun, CancellationToken cancellationToken)
    {
        if (!redis.IsConnected)
        {
            throw new MaintenanceException("Redis cannot be reached, so the caches were not checked.");
        }

        try
        {
            var entries = await EntriesAsync(cancellationToken);
            var bytes = entries.Sum(entry => entry.Bytes);
            report.Examined += entries.Count;
            report.Before("cache.bytes", bytes);
            var surplus = Surplus(entries, bytes).ToList();
            foreach (var page in surplus.Chunk(Page))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!dryRun)
                {
                    await redis.GetDatabase().KeyDeleteAsync([.. page.Select(entry => entry.Key)]);
                }
            }

            report.Changed += surplus.Count;
            report.After("cache.bytes", dryRun ? bytes : bytes - surplus.Sum(entry => entry.Bytes));
            if (surplus.Count > 0)
            {
                report.Note($"{surplus.Count} cached results over the budget {(dryRun ? "would be removed" : "removed")}.");
            }
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            throw new MaintenanceException($"Redis cannot be reached: {ex.Message}", ex);
        }
    }

    private IEnumerable<Entry> Surplus(List<Entry> entries, long bytes)
    {
        foreach (var entry in entries.OrderBy(entry => entry.Left))
        {
            if (bytes <= options.Value.CacheBytes)
            {
                yield break;
            }

            bytes -= entry.Bytes;
            yield return entry;
        }
    }

    private async Task<List<Entry>> EntriesAsync(CancellationToken cancellationToken)
    {
        var entries = new List<Entry>();
        var page = new List<RedisKey>(Page);
        foreach (var server in redis.GetServers().Where(server => server.IsConnected && !server.IsReplica))
        {
            await foreach (var key in server.KeysAsync(pattern: Pattern, pageSize: Page).WithCancellation(cancellationToken))
            {
                page.Add(key);
                if (page.Count == Page)
                {
                    entries.AddRange(await ReadAsync(page, cancellationToken));
                    page.Clear();
                }
            }
        }

        entries.AddRange(await ReadAsync(page, cancellationToken));
        return entries;
    }

    /// <summary>One round trip for the whole page, then a pause: searches use the same server.</summary>
    private async Task<Entry[]> ReadAsync(List<RedisKey> keys, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var database = redis.GetDatabase();
        var entries = await Task.WhenAll(keys.Select(async key =>
        {
            var (left, bytes) = (database.KeyTimeToLiveAsync(key), database.StringLengthAsync(key));
            return new Entry(key, await bytes + key.ToString().Length + OverheadBytes, await left ?? TimeSpan.MaxValue);
        }));
        await Throttle.PauseAsync(startedAt, 2, time, cancellationToken);
        return entries;
    }

    private sealed record Entry(RedisKey Key, long Bytes, TimeSpan Left);
}
