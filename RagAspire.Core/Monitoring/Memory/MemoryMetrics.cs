using System.Diagnostics.Metrics;

namespace RagAspire.Monitoring.Memory;

/// <summary>The parts of this process' memory, and the memory of the stores that this process can see.</summary>
public sealed class MemoryMetrics
{
    public const string MeterName = "RagAspire.Memory";

    private volatile MemorySample? _own;
    private volatile IReadOnlyList<MemorySample> _stores = [];

    public MemoryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("rag.process.memory", Parts, "By", "Memory of this process by part");
        meter.CreateObservableGauge(
            "rag.process.handles", () => Counts(own => own.Handles), "{handle}", "Open files and sockets of this process");
        meter.CreateObservableGauge(
            "rag.process.threads", () => Counts(own => own.Threads), "{thread}", "Threads of this process");
        meter.CreateObservableGauge(
            "rag.store.memory",
            () => _stores.Select(
                store => new Measurement<long>(store.WorkingSet, KeyValuePair.Create<string, object?>("store", store.Service))),
            "By",
            "Memory of a store that runs on this host or tells it");
        meter.CreateObservableCounter(
            "rag.store.cpu",
            () => _stores.Where(store => store.Processor is not null).Select(store => new Measurement<double>(
                store.Processor!.Value, KeyValuePair.Create<string, object?>("store", store.Service))),
            "s",
            "Processor time of a store that runs on this host or tells it");
    }

    public void Measured(MemorySample own) => _own = own;

    public void StoresMeasured(IReadOnlyList<MemorySample> stores) => _stores = stores;

    private IEnumerable<Measurement<long>> Parts() => _own is not { } own
        ? []
        : new (string Part, long? Bytes)[]
        {
            ("managed", own.Managed), ("large_objects", own.LargeObjects), ("native", own.Native),
        }.Where(part => part.Bytes is not null)
            .Select(part => new Measurement<long>(part.Bytes!.Value, KeyValuePair.Create<string, object?>("part", part.Part)));

    private IEnumerable<Measurement<int>> Counts(Func<MemorySample, int?> count) =>
        _own is { } own && count(own) is { } number ? [new Measurement<int>(number)] : [];
}
