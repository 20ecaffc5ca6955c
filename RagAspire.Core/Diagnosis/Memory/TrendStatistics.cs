namespace RagAspire.Diagnosis.Memory;

/// <summary>A Theil–Sen slope with its 95 % interval, in units of the values per unit of time.</summary>
internal readonly record struct Slope(double Value, double Low, double High);

/// <summary>The Mann–Kendall test: <paramref name="Score"/> is S, <paramref name="Z"/> its standard score.</summary>
internal readonly record struct MannKendall(int Score, double Variance, double Z);

/// <summary>Robust statistics of a series: outliers and the form of the noise do not matter to them.</summary>
internal static class TrendStatistics
{
    private const double Normal95 = 1.96;

    /// <summary>The median of the slopes of all pairs.</summary>
    /// <param name="variance">That of the Mann–Kendall score; it gives the interval.</param>
    public static Slope TheilSen(double[] times, double[] values, double variance)
    {
        var slopes = new List<double>(times.Length * (times.Length - 1) / 2);
        for (var i = 0; i < times.Length; i++)
        {
            for (var j = i + 1; j < times.Length; j++)
            {
                if (times[j] > times[i])
                {
                    slopes.Add((values[j] - values[i]) / (times[j] - times[i]));
                }
            }
        }

        if (slopes.Count == 0)
        {
            return default;
        }

        slopes.Sort();
        var reach = Normal95 * Math.Sqrt(variance);
        var low = (int)Math.Clamp((slopes.Count - reach) / 2, 0, slopes.Count - 1);
        var high = (int)Math.Clamp((slopes.Count + reach) / 2, 0, slopes.Count - 1);
        var middle = slopes.Count / 2;
        var median = slopes.Count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2;
        return new Slope(median, slopes[low], slopes[high]);
    }

    /// <summary>The test as if the values were independent.</summary>
    public static MannKendall Test(double[] values)
    {
        var score = 0;
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = i + 1; j < values.Length; j++)
            {
                score += Math.Sign(values[j] - values[i]);
            }
        }

        double n = values.Length;
        var variance = Scores(n) - values.CountBy(value => value).Sum(tie => Scores(tie.Value));
        return Scored(score, variance / 18);

        static double Scores(double count) => count * (count - 1) * ((2 * count) + 5);
    }

    /// <summary>The test with its variance corrected for autocorrelation, after Hamed and Rao (1998).</summary>
    public static MannKendall TestCorrelated(double[] times, double[] values)
    {
        var plain = Test(values);
        if (plain.Variance <= 0 || values.Length < 4)
        {
            return plain;
        }

        var slope = TheilSen(times, values, plain.Variance).Value;
        var ranks = Ranks([.. values.Select((value, i) => value - (slope * times[i]))]);
        double n = ranks.Length;
        var mean = (n - 1) / 2;
        var total = ranks.Sum(rank => (rank - mean) * (rank - mean));
        var excess = 0.0;
        for (var lag = 1; total > 0 && lag <= n / 4; lag++)
        {
            var product = 0.0;
            for (var i = 0; i + lag < ranks.Length; i++)
            {
                product += (ranks[i] - mean) * (ranks[i + lag] - mean);
            }

            var correlation = product / total;
            if (Math.Abs(correlation) > Normal95 / Math.Sqrt(n))
            {
                excess += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
            }
        }

        // Strong negative correlation could make the variance vanish or turn negative; a tenth is the least that is believed.
        var factor = Math.Max(1 + (2 / (n * (n - 1) * (n - 2)) * excess), .1);
        return Scored(plain.Score, plain.Variance * factor);
    }

    /// <summary>The share of the standard normal distribution below <paramref name="z"/> (Abramowitz and Stegun
    /// 26.2.17).</summary>
    public static double NormalBelow(double z)
    {
        var t = 1 / (1 + (.2316419 * Math.Abs(z)));
        var polynomial = t * (.319381530 + (t * (-.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        var tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * polynomial;
        return z >= 0 ? 1 - tail : tail;
    }

    private static MannKendall Scored(int score, double variance) =>
        new(score, variance, variance > 0 ? (score - Math.Sign(score)) / Math.Sqrt(variance) : 0);

    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Length];
        for (var first = 0; first < order.Length;)
        {
            var end = first;
            while (end < order.Length && values[order[end]] == values[order[first]])
            {
                end++;
            }

            for (var i = first; i < end; i++)
            {
                ranks[order[i]] = (first + end - 1) / 2.0;
            }

            first = end;
        }

        return ranks;
    }
}
