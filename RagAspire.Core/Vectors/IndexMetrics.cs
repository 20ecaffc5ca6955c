using System.Diagnostics.Metrics;

namespace RagAspire.Vectors;

/// <summary>Metrics that compare index and database.</summary>
public sealed class IndexMetrics
{
    public const string MeterName = "RagAspire.Vectors";

    private volatile Measurement<long>[] _chunks = [];

    public IndexMetrics(IMeterFactory meters) => meters.Create(MeterName).CreateObservableGauge(
        "rag.index.chunks", () => _chunks, "{chunk}", "Chunks that can be searched, as the database and as the index of this process has them");

    public void Counted(long database, long index) => _chunks =
    [
        new Measurement<long>(database, new KeyValuePair<string, object?>("store", "database")),
        new Measurement<long>(index, new KeyValuePair<string, object?>("store", "index")),
    ];

    /// <summary>Withdraws both values, because one of the stores cannot be asked.</summary>
    public void NotCounted() => _chunks = [];
}
