namespace RagAspire.TestSupport.Load;

/// <summary>Draws words by their rank, as frequent as those of a language are: Zipf's law.</summary>
internal sealed class Zipf(int words)
{
    private readonly double[] _cumulative = Cumulative(words);

    public int Draw(Random random)
    {
        var rank = Array.BinarySearch(_cumulative, random.NextDouble());
        return rank < 0 ? ~rank : rank;
    }

    /// <summary>Ranks from 30 on: the more frequent words are stop words, which the analyzer removes.</summary>
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
