using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RagAspire.Diagnosis.Causes;

/// <summary>The name that an instrument has in Prometheus.</summary>
internal static class MetricName
{
    private static readonly ConcurrentDictionary<(string, string?, bool), string> Names = [];

    public static string Of(Instrument instrument) => Names.GetOrAdd(
        (instrument.Name, instrument.Unit, instrument is Counter<long> or Counter<int> or Counter<double>),
        static key => key.Item1.Replace('.', '_')
            + key.Item2 switch { "s" => "_seconds", "By" => "_bytes", _ => "" }
            + (key.Item3 ? "_total" : ""));
}
