using RagAspire.Vectors;

namespace RagAspire.Benchmarks;

/// <summary>Made-up collections of any size: word frequencies follow Zipf's law, as those of language do.</summary>
internal sealed class Corpora
{
    private const int Vocabulary = 200_000;
    private static readonly Dictionary<string, string> NoTags = [];
    private static readonly double[] Cumulative = Zipf();
    private readonly Random _random = new(42);

    public List<IndexPoint> Points(int count, int dimensions, int termsPerPoint = 200)
        => [.. Enumerable.Range(0, count).Select(i => new IndexPoint(
            new Guid(i, 0, 0, new byte[8]), new Guid(i / 20, 1, 0, new byte[8]), 1, "bench", NoTags,
            Terms(termsPerPoint), dimensions == 0 ? null : Vector(dimensions)))];

    /// <summary>Terms as frequent as those of a text of this length.</summary>
    public TermVector Terms(int length)
    {
        var counts = new SortedDictionary<uint, float>();
        for (var i = 0; i < length; i++)
        {
            var rank = Array.BinarySearch(Cumulative, _random.NextDouble());
            var term = Bm25Encoder.Hash($"t{(rank < 0 ? ~rank : rank)}");
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

    public static IndexQuery Query(TermVector? terms, float[]? dense, int limit = 10) => new("bench", terms, dense, NoTags, limit);

    /// <summary>Ranks from 30 on: the more frequent words are stop words, which the analyzer removes.</summary>
    private static double[] Zipf()
    {
        var cumulative = new double[Vocabulary];
        var sum = 0.0;
        for (var rank = 0; rank < Vocabulary; rank++)
        {
            cumulative[rank] = sum += 1.0 / (rank + 30);
        }

        return Array.ConvertAll(cumulative, c => c / sum);
    }
}
