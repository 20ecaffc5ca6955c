using RagAspire.Vectors;

namespace RagAspire.TestSupport.Retrieval;

/// <summary>
/// A weak embedding model without weights: terms projected at random into few dimensions. It carries less information than
/// the text itself, so it can only cost quality; fusion must keep that cost small.
/// </summary>
public sealed class WeakModel(int dimensions = 128)
{
    public float[] Embed(TermVector terms)
    {
        var vector = new float[dimensions];
        vector[0] = 1e-6f; // so that a text without terms has a direction too
        for (var t = 0; t < terms.Indices.Length; t++)
        {
            var weight = 1 + MathF.Log(terms.Values[t]);
            for (var i = 0; i < dimensions; i++)
            {
                vector[i] += (Signs(terms.Indices[t], i / 64) >> (i % 64) & 1) == 0 ? weight : -weight;
            }
        }

        return vector;
    }

    /// <summary>64 pseudo-random bits of a term and a block.</summary>
    private static ulong Signs(uint term, int block)
    {
        var bits = ((ulong)term << 32) + (0x9E3779B97F4A7C15UL * (ulong)(block + 1));
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9UL;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBUL;
        return bits ^ (bits >> 31);
    }
}
