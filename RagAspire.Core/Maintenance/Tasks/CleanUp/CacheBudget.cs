using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Keeps our caches in Redis within their budget: what would expire first goes first.</summary>
public sealed class CacheBudget(IConnectionMultiplexer redis, IOptions<CleanUpOptions> options)
{
    private const string Ours = "ragaspire:*";
    private const int Page = 100;

    /// <exception cref="MaintenanceException">Redis cannot be asked.</exception>
    public async Task CleanAsync(ReportBuilder tally, bool dryRun, CancellationToken cancellationToken)
    {
        if (!redis.IsConnected)
        {
            throw new MaintenanceException("Redis cannot be reached, so the caches were not looked at.");
        }

        try
        {
            var entries = await EntriesAsync(cancellationToken);
            var bytes = entries.Sum(entry => entry.Bytes);
            tally.Examined += entries.Count;
            tally.Before("cache.bytes", bytes);
            var surplus = Surplus(entries, bytes).ToList();
            foreach (var page in surplus.Chunk(Page))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!dryRun)
                {
                    await redis.GetDatabase().KeyDeleteAsync([.. page.Select(entry => entry.Key)]);
                }
            }

            tally.Changed += surplus.Count;
            tally.After("cache.bytes", dryRun ? bytes : bytes - surplus.Sum(entry => entry.Bytes));
            if (surplus.Count > 0)
            {
                tally.Note($"{surplus.Count} cached results over the budget {(dryRun ? "would be removed" : "removed")}.");
            }
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            throw new MaintenanceException($"Redis cannot be asked: {ex.Message}", ex);
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
            await foreach (var key in server.KeysAsync(pattern: Ours, pageSize: Page).WithCancellation(cancellationToken))
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

    /// <summary>One round trip for the whole page, and a rest: whoever searches asks the same server first.</summary>
    private async Task<Entry[]> ReadAsync(List<RedisKey> keys, CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        var database = redis.GetDatabase();
        var entries = await Task.WhenAll(keys.Select(async key =>
        {
            var (left, bytes) = (database.KeyTimeToLiveAsync(key), database.StringLengthAsync(key));
            return new Entry(key, await bytes + key.ToString().Length + Overhead, await left ?? TimeSpan.MaxValue);
        }));
        await Throttle.RestAsync(startedAt, 2, TimeProvider.System, cancellationToken);
        return entries;
    }

    /// <summary>What Redis keeps beside key and value, about.</summary>
    private const int Overhead = 64;

    private sealed record Entry(RedisKey Key, long Bytes, TimeSpan Left);
}
