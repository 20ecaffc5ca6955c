using RagAspire.Benchmarks.Load;
using RagAspire.Vectors;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks;

/// <summary>Synthetic collections of any size, with word frequencies by Zipf's law as in natural language.</summary>
internal sealed class Corpora
{
    private static readonly Dictionary<string, string> NoTags = [];
    private static readonly Zipf Words = new(200_000);
    private readonly Random _random = new(42);

    /// <summary>Chunks, each made when it is asked for.</summary>
    public IEnumerable<IndexPoint> Points(int count, int dimensions, int termsPerPoint = 200)
        => Enumerable.Range(0, count).Select(i => new IndexPoint(
            ChunkId(i), new Guid(i / 20, 1, 0, new byte[8]), 1, "bench", NoTags,
            Terms(termsPerPoint), dimensions == 0 ? null : Vector(dimensions)));

    /// <summary>The id of one of the chunks.</summary>
    public static Guid ChunkId(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>The terms of a text of this length.</summary>
    public TermVector Terms(int length)
    {
        var counts = new SortedDictionary<uint, float>();
        for (var i = 0; i < length; i++)
        {
            var term = Bm25Encoder.Hash($"t{Words.Draw(_random)}");
            counts[term] = counts.GetValueOrDefault(term) + 1;
        }

        return new TermVector([.. counts.Keys], [.. counts.Values]);
    }

    public float[] Vector(int dimensions)
    {
        var vector = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            vector[i] = _random.NextSingle() - 0.5f;
        }

        return vector;
    }

    public static IndexQuery Query(TermVector? terms, float[]? dense, int limit = 10) =>
        new("bench", terms, dense, NoTags, limit);
}
