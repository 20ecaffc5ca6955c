namespace RagAspire.AppHost.Lifecycle;

/// <summary>Exponential back-off between restarts: 1 s, 2 s, 4 s ... 30 s. A run of a minute resets it.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StableRun = TimeSpan.FromMinutes(1);

    private long? _runningSince;
    private int _failures;

    public void Running() => _runningSince = time.GetTimestamp();

    /// <summary>The delay before the next start, after a run or a start that failed.</summary>
    public TimeSpan Next()
    {
        var wasStable = _runningSince is { } since && time.GetElapsedTime(since) >= StableRun;
        _failures = wasStable ? 1 : Math.Min(_failures + 1, 10);
        _runningSince = null;
        return TimeSpan.FromSeconds(Math.Min(Math.Pow(2, _failures - 1), Longest.TotalSeconds));
    }
}
