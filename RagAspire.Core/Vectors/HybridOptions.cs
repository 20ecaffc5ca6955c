using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors;

/// <summary>How text and vector search are combined; section <c>Hybrid</c>.</summary>
/// <remarks>
/// The default weight was chosen on three collections (5,183, 1,306 and 240 chunks). Five weak models (random projections,
/// character n-grams, latent semantic analysis) changed nDCG@10 by -.019 to +.006, where equal-weight reciprocal ranks lost
/// .03 to .33; models about as good as text alone, erring elsewhere, gained .01 to .08. With a strong model
/// .4 to .5 gains more.
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
