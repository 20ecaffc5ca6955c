using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Vectors;

namespace RagAspire.Monitoring.Memory;

/// <summary>Stores the memory of this process at an interval.</summary>
public sealed class MemorySampler(
    OwnMemory memory, MemoryRecorder recorder, IVectorIndex index, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => recorder.Interval;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        var sample = memory.Sample() with
        {
            Chunks = index.IsShared ? null : (await index.StatusAsync(cancellationToken)).Points,
        };
        await recorder.RecordAsync(sample, cancellationToken);
    }

    protected override bool IsTemporary(Exception exception) =>
        exception is VectorIndexUnavailableException || base.IsTemporary(exception);
}

/// <summary>Shows samples as metrics and stores them. Old ones are removed.</summary>
public sealed class MemoryRecorder(
    MemorySampleStore store, MemoryMetrics metrics, IOptions<MemorySamplingOptions> options, TimeProvider time)
{
    public TimeSpan Interval => options.Value.Interval;

    public Task RecordAsync(MemorySample own, CancellationToken cancellationToken)
    {
        metrics.Measured(own);
        return store.AddAsync([own], cancellationToken);
    }

    public async Task RecordStoresAsync(IReadOnlyList<MemorySample> stores, CancellationToken cancellationToken)
    {
        metrics.StoresMeasured(stores);
        await store.AddAsync(stores, cancellationToken);
        await store.RemoveAsync(time.GetUtcNow() - options.Value.Keep, cancellationToken);
    }
}
