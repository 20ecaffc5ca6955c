using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace RagAspire.Monitoring.Memory;

/// <summary>Measures the memory of this process.</summary>
public sealed class OwnMemory : IDisposable
{
    private readonly string _service;
    private readonly string _instance;
    private readonly TimeProvider _time;
    private readonly MeterListener _requests = new();
    private long _count;
    private long _counted;
    private DateTimeOffset _countedAt;

    public OwnMemory(IHostEnvironment environment, IConfiguration configuration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(time);
#pragma warning disable CA1308 // Names of services are written in lower case.
        _service = environment.ApplicationName.ToLowerInvariant().Replace('.', '-');
#pragma warning restore CA1308
        _instance = configuration["Metrics:Instance"] is { Length: > 0 } instance ? instance : Environment.MachineName;
        _time = time;
        _countedAt = time.GetUtcNow();
        _requests.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "http.server.request.duration")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _requests.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _count));
        _requests.Start();
    }

    public MemorySample Sample()
    {
        var figures = ProcessMemory.Read(Environment.ProcessId)!;
        var full = LastFullCollection();
        var now = _time.GetUtcNow();
        return new MemorySample(_service, _instance, now, figures.StartedAt, figures.WorkingSet)
        {
            Managed = full?.HeapSizeBytes,
            LargeObjects = full?.GenerationInfo[3].SizeAfterBytes,
            Native = Math.Max(figures.WorkingSet - GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes, 0),
            Handles = figures.Handles,
            Threads = figures.Threads,
            Limit = MemoryLimit.OfThisProcess(),
            Requests = Rate(now),
        };
    }

    public void Dispose() => _requests.Dispose();

    private static GCMemoryInfo? LastFullCollection()
    {
        var (blocking, background) = (GC.GetGCMemoryInfo(GCKind.FullBlocking), GC.GetGCMemoryInfo(GCKind.Background));
        var last = blocking.Index >= background.Index ? blocking : background;
        return last.Index == 0 ? null : last;
    }

    private double Rate(DateTimeOffset now)
    {
        var count = Interlocked.Read(ref _count);
        var rate = (count - _counted) / Math.Max((now - _countedAt).TotalSeconds, .001);
        (_counted, _countedAt) = (count, now);
        return rate;
    }
}
