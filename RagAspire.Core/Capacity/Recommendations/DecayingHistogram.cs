namespace RagAspire.Capacity.Recommendations;

/// <summary>
/// A histogram with exponential buckets in which a value loses half of its weight in each half-life, as Kubernetes' vertical pod
/// autoscaler keeps it: an old peak fades and does not vanish at once.
/// </summary>
internal sealed class DecayingHistogram(double firstBucket, TimeSpan halfLife)
{
    // Each bucket is 5 % wider than the one before.
    private const double Ratio = 1.05;

    private readonly SortedDictionary<int, double> _weights = [];
    private DateTimeOffset? _reference;

    public bool IsEmpty => _weights.Count == 0;

    public void Add(double value, DateTimeOffset at)
    {
        _reference ??= at;
        var weight = Math.Pow(2, (at - _reference.Value) / halfLife);
        var bucket = BucketOf(value);
        _weights[bucket] = _weights.GetValueOrDefault(bucket) + weight;
    }

    /// <summary>The upper end of the bucket in which the percentile lies; 0 when empty.</summary>
    public double Percentile(double share)
    {
        var wanted = share * _weights.Values.Sum();
        var sum = 0.0;
        foreach (var (bucket, weight) in _weights)
        {
            sum += weight;
            if (sum >= wanted)
            {
                return StartOf(bucket + 1);
            }
        }

        return _weights.Count == 0 ? 0 : StartOf(_weights.Keys.Last() + 1);
    }

    private int BucketOf(double value) =>
        value < firstBucket ? 0 : (int)Math.Floor(Math.Log((value * (Ratio - 1) / firstBucket) + 1) / Math.Log(Ratio));

    private double StartOf(int bucket) => firstBucket * (Math.Pow(Ratio, bucket) - 1) / (Ratio - 1);
}
