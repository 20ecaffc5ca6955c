using System.Diagnostics;
using RagAspire.TestSupport.Queueing;

namespace RagAspire.Benchmarks.Scan;

/// <summary>How long each of several ways took, time after time.</summary>
internal sealed class Timings
{
    private readonly Dictionary<string, List<TimeSpan>> _took = [];

    /// <summary>In the order in which they were first tried.</summary>
    public IEnumerable<string> Names => _took.Keys;

    public T Time<T>(string name, Func<T> work)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var result = work();
        var took = Stopwatch.GetElapsedTime(startedAt);
        if (!_took.TryGetValue(name, out var list))
        {
            _took[name] = list = [];
        }

        list.Add(took);
        return result;
    }

    public Latencies Of(string name) => new(_took[name]);

    /// <summary>Forgets what was taken while the code was compiled.</summary>
    public void Clear() => _took.Clear();
}
