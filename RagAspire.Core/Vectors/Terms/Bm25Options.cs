using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors.Terms;

/// <summary>How BM25 weighs a term in a chunk; section <c>Bm25</c>.</summary>
/// <remarks>The defaults are those of the published baselines, and were best or within noise in measurements.</remarks>
public sealed class Bm25Options
{
    public const string Section = "Bm25";

    /// <summary>How fast repetition stops to count: 0 counts a term once, large values count every occurrence.</summary>
    [Range(0.0, 10.0)]
    public double K1 { get; set; } = 0.9;

    /// <summary>How much a long chunk is held against it: 0 not at all, 1 in full.</summary>
    [Range(0.0, 1.0)]
    public double B { get; set; } = 0.4;
}
