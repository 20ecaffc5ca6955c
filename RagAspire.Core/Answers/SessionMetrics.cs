using System.Diagnostics.Metrics;

namespace RagAspire.Answers;

/// <summary>Durations of sessions.</summary>
public sealed class SessionMetrics(IMeterFactory meters)
{
    public const string MeterName = "RagAspire.Sessions";

    private readonly Histogram<double> _durations = meters.Create(MeterName).CreateHistogram(
        "rag.session.duration",
        "s",
        "From the first question of a session to its last, once it is over",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [1, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400],
        });

    public void Ended(double seconds) => _durations.Record(seconds);
}
