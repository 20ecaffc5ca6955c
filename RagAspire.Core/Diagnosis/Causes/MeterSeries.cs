namespace RagAspire.Diagnosis.Causes;

/// <summary>What one instrument recorded under one set of labels within one step.</summary>
/// <param name="Buckets">Counts below each bound; null where the instrument is no histogram.</param>
internal sealed record MeterStep(double Count, double Sum, int[]? Buckets);

/// <summary>
/// The last steps of one instrument under one set of labels. Their memory is taken at once, because a history that fills for an
/// hour would look like a leak.
/// </summary>
/// <param name="capacity">Finished steps that are kept.</param>
internal sealed class MeterSeries(IReadOnlyDictionary<string, string> labels, bool isHistogram, int capacity)
{
    // Seconds. Those of the platform and of this system's own histograms, so that a percentile is as exact as Prometheus'.
    public static readonly double[] Bounds =
        [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 4, 5, 8, 10, 15, 30, 60, 120, 300];

    private static readonly int Width = Bounds.Length + 1;

    private readonly Lock _lock = new();

    // A ring of the finished steps and the present one.
    private readonly DateTimeOffset[] _ends = new DateTimeOffset[capacity + 1];
    private readonly double[] _counts = new double[capacity + 1];
    private readonly double[] _sums = new double[capacity + 1];
    private readonly int[] _buckets = isHistogram ? new int[(capacity + 1) * Width] : [];
    private int _now;
    private int _finished;
    private double _level;

    public IReadOnlyDictionary<string, string> Labels => labels;

    /// <summary>Finished steps with their end, the oldest first; a step without a recording is absent.</summary>
    public IReadOnlyList<(DateTimeOffset At, MeterStep Step)> Steps
    {
        get
        {
            lock (_lock)
            {
                var oldest = _now - _finished + _ends.Length;
                return [.. Enumerable.Range(oldest, _finished).Select(step => Finished(step % _ends.Length))];
            }
        }
    }

    /// <summary>A value of a histogram.</summary>
    public void Record(double value)
    {
        lock (_lock)
        {
            _counts[_now]++;
            _sums[_now] += value;
            var index = Array.BinarySearch(Bounds, value);
            _buckets[(_now * Width) + (index < 0 ? ~index : index)]++;
        }
    }

    public void Add(double value)
    {
        lock (_lock)
        {
            _counts[_now] += value;
        }
    }

    /// <summary>A change of a level, which lasts for all steps until the next change.</summary>
    public void Change(double value)
    {
        lock (_lock)
        {
            _level += value;
        }
    }

    /// <summary>Ends the step.</summary>
    public void Roll(DateTimeOffset at)
    {
        lock (_lock)
        {
            _counts[_now] += _level;
            if (_counts[_now] == 0)
            {
                return;
            }

            _ends[_now] = at;
            _finished = Math.Min(_finished + 1, capacity);
            _now = (_now + 1) % _ends.Length;
            (_counts[_now], _sums[_now]) = (0, 0);
            Buckets(_now).Clear();
        }
    }

    /// <summary>The 95th percentile, by linear interpolation within its bucket as Prometheus does.</summary>
    public static double? P95(IReadOnlyList<int> counts)
    {
        var rank = .95 * counts.Sum();
        if (rank == 0)
        {
            return null;
        }

        double below = 0;
        for (var i = 0; i < Bounds.Length; i++)
        {
            if (below + counts[i] >= rank)
            {
                var lower = i == 0 ? 0 : Bounds[i - 1];
                return lower + ((Bounds[i] - lower) * (rank - below) / counts[i]);
            }

            below += counts[i];
        }

        return Bounds[^1];
    }

    private Span<int> Buckets(int step) => isHistogram ? _buckets.AsSpan(step * Width, Width) : [];

    private (DateTimeOffset At, MeterStep Step) Finished(int step) =>
        (_ends[step], new MeterStep(_counts[step], _sums[step], isHistogram ? Buckets(step).ToArray() : null));
}
