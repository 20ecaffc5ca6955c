using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.VectorIndex;

/// <summary>Thresholds of the diagnosis of the vector index; section <c>Diagnosis:Index</c>.</summary>
public sealed class IndexDiagnosisOptions
{
    public const string Section = "Diagnosis:Index";

    /// <summary>How long a request may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A request that takes longer is slow.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The share of vectors that are searched without an index.</summary>
    [Range(0.0, 1.0)]
    public double UnindexedShare { get; set; } = 0.5;

    /// <summary>Smaller collections are not indexed by Qdrant and not judged.</summary>
    [Range(0, long.MaxValue)]
    public long UnindexedPoints { get; set; } = 50_000;

    /// <summary>Updates that wait to be applied.</summary>
    [Range(0, long.MaxValue)]
    public long UpdateQueue { get; set; } = 1_000;

    /// <summary>The share by which index and database may differ.</summary>
    [Range(0.0, 1.0)]
    public double Difference { get; set; } = 0.02;

    /// <summary>Points by which they may always differ, as documents are being ingested.</summary>
    [Range(0, long.MaxValue)]
    public long DifferencePoints { get; set; } = 500;
}
