using RagAspire.Capacity.History;

namespace RagAspire.Capacity;

/// <summary>The limit of each figure, and when it is reached.</summary>
internal static class Limits
{
    private const string OwnMemory = "memory of this process' container, else of its machine";

    /// <summary>Adds the limit that an option sets, and the time at which the limit is reached.</summary>
    public static CapacityFigure With(CapacityFigure figure, CapacityOptions options)
    {
        var (limit, source) = figure.Name switch
        {
            "cpu" => (options.CpuPercent, "Capacity:CpuPercent"),
            "memory" => (options.MemoryPercent, "Capacity:MemoryPercent"),
            "response_time" => (options.ResponseTimeGoal.TotalSeconds, "Capacity:ResponseTimeGoal"),
            "vector_memory" when options.VectorMemoryLimit > 0 => (options.VectorMemoryLimit, "Capacity:VectorMemoryLimit"),
            "vector_memory" => (figure.Limit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, figure.LimitSource ?? OwnMemory),
            "error_rate" => ((double?)null, null),
            _ => (figure.Limit, figure.LimitSource),
        };
        return figure with
        {
            Limit = limit,
            LimitSource = source,
            Crossing = limit is { } value ? CrossingOf(figure, value) : null,
        };
    }

    private static Crossing? CrossingOf(CapacityFigure figure, double limit)
    {
        if (figure.Series is not { } series)
        {
            return null;
        }

        // A budget is for whole days: a busy hour does not spend it.
        var isBudget = figure.Name == CapacityMetrics.Cost;
        var day = isBudget ? Math.Max(1, (int)(TimeSpan.FromDays(1) / series.Step)) : 1;

        // A limit that was reached before the forecast begins is reached now.
        return (isBudget ? figure.CurrentMean : figure.Last) >= limit
            ? new Crossing(figure.To, figure.To, figure.To)
            : new Crossing(
                First(series, series.Ahead.NinetyFive.Upper, limit, day),
                First(series, series.Ahead.Values, limit, day),
                First(series, series.Ahead.NinetyFive.Lower, limit, day));
    }

    /// <param name="mean">How many values the limit is compared with the mean of.</param>
    private static DateTimeOffset? First(FigureSeries series, IReadOnlyList<double> values, double limit, int mean)
    {
        for (var step = 0; step + mean <= values.Count; step++)
        {
            if (values.Skip(step).Take(mean).Average() >= limit)
            {
                return series.FirstAhead + (step * series.Step);
            }
        }

        return null;
    }
}
