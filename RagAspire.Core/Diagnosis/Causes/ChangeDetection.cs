using MathNet.Numerics.Statistics;

namespace RagAspire.Diagnosis.Causes;

/// <summary>A series' level before and after the moment at which it changed most.</summary>
internal sealed record LevelChange(DateTimeOffset At, double Before, double After, double Score);

/// <summary>
/// Finds the moment at which the level of a series changed, by medians and the median absolute deviation, so that single
/// outliers on either side count for nothing.
/// </summary>
internal static class ChangeDetection
{
    public const int MinBefore = 5;
    public const int MinAfter = 2;

    // Every split costs two medians, so a long series is thinned first.
    private const int MaxPoints = 60;

    // The standard deviation of normally distributed values, in units of their median absolute deviation.
    private const double Normal = 1.4826;

    // Even a series without any noise is allowed to move by a tenth of its level.
    private const double RelativeNoise = .1;
    private const double AbsoluteNoise = 1e-3;

    /// <summary>The change that explains most of the series; null for a series that is too short.</summary>
    public static LevelChange? Find(IReadOnlyList<(DateTimeOffset At, double Value)> points)
    {
        points = Thin(points);
        (LevelChange Change, double Cost)? best = null;
        for (var split = MinBefore; split <= points.Count - MinAfter; split++)
        {
            var (change, cost) = At(points, split);
            best = best is null || cost < best.Value.Cost ? (change, cost) : best;
        }

        return best?.Change;
    }

    /// <summary>Means of equally many neighbours.</summary>
    private static IReadOnlyList<(DateTimeOffset At, double Value)> Thin(IReadOnlyList<(DateTimeOffset At, double Value)> points)
    {
        var size = (points.Count + MaxPoints - 1) / MaxPoints;
        return size <= 1
            ? points
            : [.. points.Chunk(size).Select(chunk => (chunk[0].At, chunk.Average(point => point.Value)))];
    }

    /// <summary>The change at a moment, and how badly two levels with this boundary describe the series.</summary>
    private static (LevelChange Change, double Cost) At(IReadOnlyList<(DateTimeOffset At, double Value)> points, int split)
    {
        var before = points.Take(split).Select(point => point.Value).ToList();
        var after = points.Skip(split).Select(point => point.Value).ToList();
        var (level, next) = (before.Median(), after.Median());
        var (errors, nextErrors) = (Errors(before, level), Errors(after, next));
        var noise = Normal * Math.Max(errors.Median(), nextErrors.Median());
        noise = Math.Max(noise, Math.Max(RelativeNoise * Math.Abs(level), AbsoluteNoise));
        var change = new LevelChange(points[split].At, level, next, Math.Abs(next - level) / noise);
        return (change, errors.Sum() + nextErrors.Sum());
    }

    private static List<double> Errors(List<double> values, double level) =>
        [.. values.Select(value => Math.Abs(value - level))];
}
