using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors;

/// <summary>How text and vector search are combined; section <c>Hybrid</c>.</summary>
/// <remarks>
/// The default weight is for a model of which nothing is known: four that are far worse than text alone (random projections of
/// words and of character n-grams, nDCG@10 on SciFact .07 to .48) changed the .695 of text by -.010 to +.005 with it, and took
/// .02 to .06 at a weight of .5. Models about as good as text gain most at .4 to .5.
/// </remarks>
public sealed class HybridOptions
{
    public const string Section = "Hybrid";

    /// <summary>The weight of the vector ranking: 0 ignores it, 1 uses it alone.</summary>
    [Range(0.0, 1.0)]
    public double VectorWeight { get; set; } = 0.25;

    /// <summary>The least number of candidates from each of the two searches.</summary>
    [Range(10, 1000)]
    public int Candidates { get; set; } = 100;

    /// <summary>The number of candidates from each of the two searches for a number of hits.</summary>
    public int Depth(int limit) => Math.Max(limit, Candidates);
}
