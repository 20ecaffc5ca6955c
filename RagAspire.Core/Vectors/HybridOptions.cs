using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors;

/// <summary>How text and vector search are made one; section <c>Hybrid</c>.</summary>
/// <remarks>
/// The default weight was chosen on three collections (5,183, 1,306 and 240 passages). Five weak models (random projections,
/// character n-grams, latent semantic analysis) changed nDCG@10 by -.019 to +.006, where equal-weight reciprocal ranks lost
/// .03 to .33; models about as good as text alone, erring elsewhere, gained .01 to .08. Whose model is known to be strong
/// gains more from .4 to .5.
/// </remarks>
public sealed class HybridOptions
{
    public const string Section = "Hybrid";

    /// <summary>What the vectors have to say: 0 nothing, 1 everything.</summary>
    [Range(0.0, 1.0)]
    public double VectorWeight { get; set; } = 0.25;

    /// <summary>Candidates that each of both searches brings at least.</summary>
    [Range(10, 1000)]
    public int Candidates { get; set; } = 100;

    /// <summary>Candidates that each of both searches brings for so many hits.</summary>
    public int Depth(int limit) => Math.Max(limit, Candidates);
}
