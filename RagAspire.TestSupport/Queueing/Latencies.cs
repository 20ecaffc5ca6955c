namespace RagAspire.TestSupport.Queueing;

/// <summary>Latencies in milliseconds.</summary>
public sealed class Latencies(IEnumerable<TimeSpan> took)
{
    private readonly List<double> _sorted = [.. took.Select(one => one.TotalMilliseconds).Order()];

    public int Count => _sorted.Count;

    /// <summary>The smallest latency that so many have not exceeded; NaN where there are none.</summary>
    /// <param name="quantile">0 to 1.</param>
    public double At(double quantile) =>
        _sorted.Count == 0 ? double.NaN : _sorted[Math.Max(0, (int)Math.Ceiling(quantile * _sorted.Count) - 1)];
}
