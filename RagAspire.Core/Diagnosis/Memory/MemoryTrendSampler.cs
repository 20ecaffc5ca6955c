using System.Diagnostics.Metrics;
using RagAspire.Database;

namespace RagAspire.Diagnosis.Memory;

/// <summary>The verdicts as metrics, so that alerts can use them.</summary>
public sealed class MemoryTrendMetrics
{
    public const string MeterName = "RagAspire.Diagnosis";

    private volatile IReadOnlyList<ServiceMemory> _services = [];

    public MemoryTrendMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("rag.memory.trend", () => Worst(Trend), description: "1 growing, 0 stable, -1 shrinking");
        meter.CreateObservableGauge(
            "rag.memory.growth", () => Worst(verdict => verdict.PerHour), "By", "Bytes per hour that load does not explain");
    }

    public void Judged(IReadOnlyList<ServiceMemory> services) => _services = services;

    private static double? Trend(MemoryVerdict verdict) => verdict.Trend switch
    {
        MemoryTrend.Growing => 1,
        MemoryTrend.Stable => 0,
        MemoryTrend.Shrinking => -1,
        _ => null,
    };

    /// <summary>One value for each service and part: the highest of its instances and windows.</summary>
    private IEnumerable<Measurement<double>> Worst(Func<MemoryVerdict, double?> value) =>
        from service in _services
        from part in service.Parts
        where part.Unit == "bytes" && value(part.Verdict) is not null
        group value(part.Verdict)!.Value by (service.Service, part.Part) into values
        select new Measurement<double>(
            values.Max(),
            KeyValuePair.Create<string, object?>("service", values.Key.Service),
            KeyValuePair.Create<string, object?>("part", values.Key.Part));
}

/// <summary>Renews the verdicts at an interval, and takes heap dumps on suspicion where that is switched on.</summary>
public sealed class MemoryTrendSampler(
    MemoryDiagnosis memory, MemoryTrendMetrics metrics, HeapDumps dumps, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => memory.Interval;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        var report = await memory.ExamineAsync(window: null, cancellationToken);
        metrics.Judged(report.Services);
        foreach (var service in report.Services)
        {
            await dumps.TakeAsync(service, cancellationToken);
        }
    }
}
