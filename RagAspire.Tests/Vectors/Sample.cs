using RagAspire.Vectors;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors;

/// <summary>Points and queries for the tests of an index.</summary>
internal static class Sample
{
    public const string Collection = "default";
    public static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>();

    public static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    public static TermVector Terms(string words)
    {
        var counts = words.Split(' ').GroupBy(word => Bm25Encoder.Hash(word)).OrderBy(group => group.Key).ToList();
        return new TermVector([.. counts.Select(c => c.Key)], [.. counts.Select(c => (float)c.Count())]);
    }

    public static IndexPoint Point(int number, string words, Guid? document = null, float[]? dense = null)
        => new(Id(number), document ?? Id(number), 1, Collection, NoTags, Terms(words), dense);

    /// <summary>Points with random text of a skewed vocabulary and random vectors; the same for the same seed.</summary>
    public static List<IndexPoint> Points(int count, int seed = 1, int dimensions = 24)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, count).Select(i => Point(i, Text(random), dense: Direction(random.Next(), dimensions)))];
    }

    public static string Text(Random random)
    {
        var words = Enumerable.Range(0, random.Next(5, 80)).Select(_ => $"w{(int)(400 * Math.Pow(random.NextDouble(), 3))}");
        return "common " + string.Join(' ', words);
    }

    public static float[] Direction(int seed, int dimensions = 24)
    {
        var random = new Random(seed);
        var vector = Enumerable.Range(0, dimensions).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var norm = MathF.Sqrt(vector.Sum(v => v * v));
        return Array.ConvertAll(vector, v => v / norm);
    }

    public static IndexQuery Query(string words, int limit = 10) => Query(Terms(words), limit);

    public static IndexQuery Query(TermVector terms, int limit = 10) => new(Collection, terms, null, NoTags, limit);

    public static IndexQuery Query(float[] dense, int limit = 10) => new(Collection, null, dense, NoTags, limit);

    public static IndexQuery Query(string words, float[] dense, int limit = 10)
        => new(Collection, Terms(words), dense, NoTags, limit);
}
