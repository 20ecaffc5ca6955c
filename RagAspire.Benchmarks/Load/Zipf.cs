namespace RagAspire.Benchmarks.Load;

/// <summary>Draws the ranks of words by Zipf's law, the word frequencies of a natural language.</summary>
internal sealed class Zipf(int words)
{
    private readonly double[] _cumulative = Cumulative(words);

    public int Draw(Random random)
    {
        var rank = Array.BinarySearch(_cumulative, random.NextDouble());
        return rank < 0 ? ~rank : rank;
    }

    /// <summary>Starts at rank 30, because the most frequent words are stop words and removed by the analyzer.</summary>
    private static double[] Cumulative(int words)
    {
        var cumulative = new double[words];
        var sum = 0.0;
        for (var rank = 0; rank < words; rank++)
        {
            cumulative[rank] = sum += 1.0 / (rank + 30);
        }

        return Array.ConvertAll(cumulative, c => c / sum);
    }
}
