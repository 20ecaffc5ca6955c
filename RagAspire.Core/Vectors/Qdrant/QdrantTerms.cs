using System.Runtime.InteropServices;
using Qdrant.Client.Grpc;
using RagAspire.Vectors.Terms;

namespace RagAspire.Vectors.Qdrant;

/// <summary>BM25 in terms of what Qdrant computes: the sum over terms of query value × rarity × stored value.</summary>
/// <remarks>
/// Qdrant counts rarity over all points of its collection, which hold several collections of the product. So a term is stored
/// under a different number for each collection: then only points of that collection have it. What is left
/// is the number of all points in the formula, which is ln(1 + (N - n + .5) / (n + .5)) = ln(N + 1) - ln(n + .5): too
/// large by the same amount for every term, and <see cref="Correct"/> takes that away again.
/// </remarks>
internal static class QdrantTerms
{
    /// <summary>The terms of a text as stored: saturated counts, with the length held against them.</summary>
    public static Vector Stored(string collection, TermVector terms, double averageLength, Bm25Options bm25)
    {
        var norm = bm25.K1 * (1 - bm25.B + (bm25.B * terms.Length / Math.Max(averageLength, 1e-9)));
        return new Vector
        {
            Sparse = new SparseVector
            {
                Indices = { Numbers(collection, terms) },
                Values = { terms.Values.Select(count => (float)(count / (count + norm))) },
            },
        };
    }

    public static VectorInput Asked(string collection, TermVector terms) => new()
    {
        Sparse = new SparseVector { Indices = { Numbers(collection, terms) }, Values = { terms.Values } },
    };

    /// <summary>By how much Qdrant overrates each term of a collection that is only a part of all points.</summary>
    public static double Excess(long pointsHere, long pointsInAll)
        => Math.Max(0, Math.Log((pointsInAll + 1.0) / (pointsHere + 1.0)));

    /// <summary>
    /// The hits as if there were no other collection, best first. Needs their stored terms where there is an excess.
    /// </summary>
    public static List<IndexHit> Correct(IEnumerable<ScoredPoint> hits, SparseVector asked, double excess)
    {
        var query = new Dictionary<uint, float>(asked.Indices.Count);
        for (var i = 0; i < asked.Indices.Count; i++)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(query, asked.Indices[i], out _) += asked.Values[i];
        }

        var corrected = hits
            .Select(hit => new IndexHit(Guid.Parse(hit.Id.Uuid), hit.Score - (excess > 0 ? excess * Overlap(query, hit) : 0)))
            .ToList();
        corrected.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.ChunkId.CompareTo(b.ChunkId));
        return corrected;
    }

    private static double Overlap(Dictionary<uint, float> query, ScoredPoint hit)
    {
        var stored = hit.Vectors.Vectors.Vectors[QdrantSchema.Terms].Sparse;
        var sum = 0.0;
        for (var i = 0; i < stored.Indices.Count; i++)
        {
            sum += query.GetValueOrDefault(stored.Indices[i]) * stored.Values[i];
        }

        return sum;
    }

    /// <summary>Exclusive or keeps different terms of a collection different.</summary>
    private static IEnumerable<uint> Numbers(string collection, TermVector terms)
    {
        var salt = Bm25Encoder.Hash(collection);
        return terms.Indices.Select(term => term ^ salt);
    }
}
