using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors.Qdrant;

/// <summary>
/// Wanted settings and checks of the Qdrant collection; section <c>Qdrant:Maintenance</c>. Sizes are in kilobytes, as in Qdrant.
/// </summary>
public sealed class QdrantMaintenanceOptions
{
    public const string Section = "Qdrant:Maintenance";

    /// <summary>The share of deleted points from which a segment is cleaned.</summary>
    [Range(0.01, 1.0)]
    public double DeletedThreshold { get; set; } = 0.2;

    /// <summary>Points below which a segment is not cleaned.</summary>
    [Range(100, 100_000_000)]
    public int VacuumMinVectorNumber { get; set; } = 1_000;

    /// <summary>0: as many as the server has processors.</summary>
    [Range(0, 1_000)]
    public int DefaultSegmentNumber { get; set; }

    [Range(1_000, int.MaxValue)]
    public int MaxSegmentSize { get; set; } = 200_000;

    [Range(1_000, int.MaxValue)]
    public int MemmapThreshold { get; set; } = 200_000;

    [Range(0, int.MaxValue)]
    public int IndexingThreshold { get; set; } = 10_000;

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(5);

    [Range(0, 256)]
    public int MaxOptimizationThreads { get; set; } = 2;

    /// <summary>Points from which a collection is large enough to be warned of.</summary>
    [Range(1, int.MaxValue)]
    public int LargeCollection { get; set; } = 100_000;

    /// <summary>Points whose neighbours are compared with an exact search; 0 for no comparison.</summary>
    [Range(0, 1_000)]
    public int RecallSample { get; set; } = 50;

    /// <summary>The share of the exact ten neighbours below which the comparison is a problem.</summary>
    [Range(0.0, 1.0)]
    public double RecallLimit { get; set; } = 0.9;
}
