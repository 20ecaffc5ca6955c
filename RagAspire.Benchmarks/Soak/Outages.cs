using System.Collections.Concurrent;

namespace RagAspire.Benchmarks.Soak;

/// <summary>What was broken on purpose, and when.</summary>
internal sealed class Outages(TimeProvider time)
{
    /// <summary>How long after an outage its effects are still expected: connections are made again, circuits close.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<Outage> _all = [];

    public DateTimeOffset Now => time.GetUtcNow();

    public IReadOnlyCollection<Outage> All => _all;

    public Outage Begin(string part)
    {
        var outage = new Outage(part, Now);
        _all.Enqueue(outage);
        return outage;
    }

    public void End(Outage outage) => outage.EndedAt = Now;

    /// <summary>Whether one of the parts was, or had just been, away between then and now.</summary>
    public bool Since(DateTimeOffset from, params string[] parts) => _all.Any(outage =>
        parts.Contains(outage.Part) && (outage.EndedAt is not { } end || end + Recovery >= from));
}

internal sealed class Outage(string part, DateTimeOffset startedAt)
{
    public string Part { get; } = part;

    public DateTimeOffset StartedAt { get; } = startedAt;

    /// <summary>Null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}
