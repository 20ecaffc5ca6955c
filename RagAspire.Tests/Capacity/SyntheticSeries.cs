namespace RagAspire.Tests.Capacity;

/// <summary>Hourly series with known properties.</summary>
internal static class SyntheticSeries
{
    public const int Day = 24;
    public const int Week = 7 * Day;

    /// <param name="noise">Standard deviation.</param>
    /// <param name="seed">The same seed gives the same series.</param>
    public static double[] Hours(
        int days, double level, double perDay = 0, double daily = 0, double weekly = 0, double noise = 0, int seed = 1)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, days * Day).Select(hour => level
                + (perDay * hour / Day)
                + (daily * Math.Sin(2 * Math.PI * hour / Day))
                + (hour / Day % 7 < 5 ? weekly : -weekly)
                + (noise * Normal(random))),
        ];
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
