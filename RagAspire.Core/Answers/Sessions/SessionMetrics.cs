using System.Diagnostics.Metrics;

namespace RagAspire.Answers.Sessions;

/// <summary>Durations of sessions, and those that may not begin.</summary>
public sealed class SessionMetrics
{
    public const string MeterName = "RagAspire.Sessions";

    private readonly Histogram<double> _durations;
    private long _refused;

    public SessionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _durations = meter.CreateHistogram(
            "rag.session.duration",
            "s",
            "From the first question or search of a session to its last, once it is over",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [1, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400],
            });
        meter.CreateObservableCounter(
            "rag.session.refusals",
            () => Interlocked.Read(ref _refused),
            "{session}",
            "Sessions that could not begin because their key begins too many");
    }

    public void Ended(SessionKind kind, double seconds) =>
        _durations.Record(seconds, new KeyValuePair<string, object?>("kind", kind.Word()));

    public void Refused() => Interlocked.Increment(ref _refused);
}

/// <summary>What a session consists of.</summary>
public enum SessionKind
{
    /// <summary>Questions with one session id.</summary>
    Answers,

    /// <summary>Searches of one key.</summary>
    Searches,
}
