using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors;

/// <summary>How text and vector search are made one; section <c>Hybrid</c>.</summary>
public sealed class HybridOptions
{
    /// <summary>What the vectors have to say: 0 nothing, 1 everything.</summary>
    [Range(0.0, 1.0)]
    public double VectorWeight { get; set; } = 0.3;

    /// <summary>Flattens the difference between ranks.</summary>
    [Range(1.0, 1000.0)]
    public double RankConstant { get; set; } = 60;

    /// <summary>Candidates that each of both searches brings at least.</summary>
    [Range(10, 1000)]
    public int Candidates { get; set; } = 100;

    /// <summary>Candidates that each search brings for this many hits.</summary>
    public int Depth(int limit) => Math.Max(limit, Candidates);
}
