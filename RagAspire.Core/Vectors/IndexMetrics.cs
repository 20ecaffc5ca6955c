using System.Diagnostics.Metrics;

namespace RagAspire.Vectors;

/// <summary>Metrics that compare index and database.</summary>
public sealed class IndexMetrics
{
    public const string MeterName = "RagAspire.Vectors";

    private volatile Measurement<long>[] _chunks = [];
    private volatile Measurement<long>[] _green = [];

    public IndexMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "rag.index.chunks", () => _chunks, "{chunk}", "Chunks that can be searched, as the database and as the index of this process has them");
        meter.CreateObservableGauge("rag.index.green", () => _green, "", "1 when the index is fully indexed and healthy");
    }

    public void Counted(long database, IndexStatus index)
    {
        _chunks =
        [
            new Measurement<long>(database, new KeyValuePair<string, object?>("store", "database")),
            new Measurement<long>(index.Points, new KeyValuePair<string, object?>("store", "index")),
        ];
        _green = [new Measurement<long>(index.IsGreen ? 1 : 0)];
    }

    /// <summary>Withdraws all values, because one of the stores cannot be asked.</summary>
    public void NotCounted() => (_chunks, _green) = ([], []);
}
