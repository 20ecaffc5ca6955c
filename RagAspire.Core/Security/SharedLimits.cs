using System.Collections.Concurrent;

namespace RagAspire.Security;

/// <summary>How often something may happen.</summary>
/// <param name="Name">Of the limit, the same in every process.</param>
/// <param name="PerSecond">On average.</param>
/// <param name="Burst">At once, after a pause.</param>
public sealed record SharedLimit(string Name, double PerSecond, double Burst);

/// <summary>
/// Token buckets that every process has a copy of. A process takes from its own copy, so that no request waits for another
/// server, and takes from it as well what others report; alone it limits by what it sees itself.
/// </summary>
/// <remarks>Between two reports each process may grant what is left, so a limit is exceeded by that much at most.</remarks>
public sealed class SharedLimits(TimeProvider time)
{
    /// <summary>Entries of one report: those with the most takings.</summary>
    private const int ReportSize = 1000;

    private readonly ConcurrentDictionary<(string Limit, string Key), Bucket> _buckets = new();

    /// <returns>Whether the key may go on now.</returns>
    public bool TryTake(SharedLimit limit, string key) => Of(limit, key).TryTake(limit, time.GetTimestamp(), time);

    /// <summary>What was taken here since the last report. Buckets that are full again are forgotten.</summary>
    internal IReadOnlyList<SharedTaking> Report()
    {
        var takings = new List<SharedTaking>();
        foreach (var (id, bucket) in _buckets)
        {
            var taken = bucket.Report();
            if (taken > 0)
            {
                takings.Add(new SharedTaking(bucket.Limit, id.Key, taken));
            }
            else if (bucket.IsFull(time))
            {
                _buckets.TryRemove(new KeyValuePair<(string, string), Bucket>(id, bucket));
            }
        }

        return takings.Count <= ReportSize ? takings : [.. takings.OrderByDescending(taking => taking.Count).Take(ReportSize)];
    }

    /// <summary>Takes what another process reports. A bucket may be overdrawn by its burst, never by more.</summary>
    internal void Apply(IEnumerable<SharedTaking> takings)
    {
        foreach (var taking in takings)
        {
            Of(taking.Limit, taking.Key).Drain(taking.Count, time);
        }
    }

    private Bucket Of(SharedLimit limit, string key) =>
        _buckets.GetOrAdd(
            (limit.Name, key), static (_, start) => new Bucket(start.Limit, start.Now), (Limit: limit, Now: time.GetTimestamp()));

    private sealed class Bucket(SharedLimit limit, long now)
    {
        private readonly Lock _lock = new();
        private double _tokens = limit.Burst;
        private long _filledAt = now;
        private int _taken;

        public SharedLimit Limit { get; private set; } = limit;

        public bool TryTake(SharedLimit own, long now, TimeProvider time)
        {
            lock (_lock)
            {
                // The report of another replica makes a bucket with the limit of its settings, which may be older.
                Limit = own;
                Fill(now, time);
                if (_tokens < 1)
                {
                    return false;
                }

                _tokens--;
                _taken++;
                return true;
            }
        }

        public void Drain(int count, TimeProvider time)
        {
            lock (_lock)
            {
                Fill(time.GetTimestamp(), time);
                _tokens = Math.Max(-Limit.Burst, _tokens - count);
            }
        }

        public int Report()
        {
            lock (_lock)
            {
                var taken = _taken;
                _taken = 0;
                return taken;
            }
        }

        public bool IsFull(TimeProvider time)
        {
            lock (_lock)
            {
                Fill(time.GetTimestamp(), time);
                return _taken == 0 && _tokens >= Limit.Burst;
            }
        }

        private void Fill(long now, TimeProvider time)
        {
            _tokens = Math.Min(Limit.Burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * Limit.PerSecond));
            _filledAt = now;
        }
    }
}

/// <summary>What one process took from a bucket between two reports.</summary>
internal sealed record SharedTaking(SharedLimit Limit, string Key, int Count);
