using System.Globalization;
using RagAspire.Capacity.History;

namespace RagAspire.Capacity.Recommendations;

/// <summary>Says what to do, from projections and thresholds.</summary>
internal static class Recommender
{
    /// <returns>The most urgent first.</returns>
    public static IReadOnlyList<Recommendation> For(
        IReadOnlyList<CapacityFigure> figures, LoadModel? load, CapacityOptions options, DateTimeOffset now) =>
    [
        .. figures.Where(figure => figure.Projection is not null)
            .Select(figure => For(figure, figure.Projection!, figures, load, options, now))
            .OfType<Recommendation>()
            .OrderByDescending(recommendation => recommendation.Urgency)
            .ThenBy(recommendation => recommendation.By ?? DateTimeOffset.MaxValue),
    ];

    private static Recommendation? For(
        CapacityFigure figure,
        Projection projection,
        IReadOnlyList<CapacityFigure> figures,
        LoadModel? load,
        CapacityOptions options,
        DateTimeOffset now) => figure.Name switch
        {
            "cpu" => Usage(figure, projection, "Scale up: more CPU", options.CpuPercent, options.CpuUrgentPercent,
                Replicas(figures, load, options)),
            "memory" => Usage(figure, projection, "Scale up: more memory", options.MemoryPercent, options.MemoryUrgentPercent,
                null),
            "request_rate" => Growth(
                figure, projection, "Add replicas", options.RequestGrowthPercent, Urgency.Medium,
                    Replicas(figures, load, options)),
            "response_time" => Growth(
                figure, projection, "Optimise or scale", options.ResponseTimeGrowthPercent, Urgency.High,
                    Replicas(figures, load, options)),
            "disk" => Limit(figure, projection.Peak, "Enlarge the disk or remove data", options, now),
            "connections" => Limit(figure, projection.Peak, "Raise max_connections, or put a pooler before PostgreSQL", options, now),
            "vector_memory" => Limit(figure, projection.Peak, "More memory for the vector index, or quantisation", options, now),
            CapacityMetrics.Cost => Limit(figure, projection.Mean, "Raise the budgets, or use cheaper models", options, now),
            _ => null,
        };

    private static Recommendation? Usage(
        CapacityFigure figure, Projection projection, string action, double threshold, double urgent, string? effect)
    {
        if (projection.Peak <= threshold)
        {
            return null;
        }

        return new Recommendation(
            figure.Name, figure.Subject, action, projection.Peak > urgent ? Urgency.High : Urgency.Medium,
            $"Projected {Lower(figure.Title)} in the busiest hour: {Show.Value(projection.Peak, figure.Unit)} "
            + $"(mean {Show.Value(projection.Mean, figure.Unit)}, "
            + $"now {Show.Value(figure.CurrentMean, figure.Unit)}); the threshold is {threshold:0.#} %.",
            effect,
            figure.Crossing?.Likely);
    }

    private static Recommendation? Growth(
        CapacityFigure figure, Projection projection, string action, double threshold, Urgency urgency, string? effect)
    {
        // A growth that is not beyond doubt is a matter of chance.
        if (projection.GrowthPercent is not { } growth || growth <= threshold || figure.Trend is not { IsSignificant: true })
        {
            return null;
        }

        return new Recommendation(
            figure.Name, figure.Subject, action, urgency,
            string.Create(CultureInfo.InvariantCulture, $"{figure.Title} will grow by {growth:0.#} %: ")
            + $"from {Show.Value(figure.CurrentMean, figure.Unit)} to {Show.Value(projection.Mean, figure.Unit)}; "
            + $"the threshold is {threshold:0.#} %.",
            effect,
            figure.Crossing?.Likely);
    }

    private static Recommendation? Limit(
        CapacityFigure figure, double projected, string action, CapacityOptions options, DateTimeOffset now)
    {
        if (figure.Limit is not { } limit || projected <= limit * options.LimitPercent / 100)
        {
            return null;
        }

        var crossing = figure.Crossing;
        var dates = crossing?.Likely is { } likely
            ? $" The limit is reached on {Show.Day(likely)} (between {Show.Day(crossing.Early)} and {Show.Day(crossing.Late)})."
            : "";
        return new Recommendation(
            figure.Name, figure.Subject, action,
            crossing?.Likely - now <= options.Urgent || projected >= limit ? Urgency.High : Urgency.Medium,
            $"Projected {Lower(figure.Title)}: {Show.Value(projected, figure.Unit)} of {Show.Value(limit, figure.Unit)} "
            + string.Create(CultureInfo.InvariantCulture,
            $"({100 * projected / limit:0} %), now {Show.Value(figure.Last, figure.Unit)}.") + dates,
            Effect(figure),
            crossing?.Early ?? crossing?.Likely);
    }

    private static string? Effect(CapacityFigure figure) => figure.Trend is { IsSignificant: true, PerDay: > 0 } trend
        && figure.Limit is { } limit
        ? string.Create(CultureInfo.InvariantCulture,
        $"{Show.Value(limit / 10, figure.Unit)} more (10 %) bring {limit / 10 / trend.PerDay:0} days.")
        : null;

    private static string? Replicas(IReadOnlyList<CapacityFigure> figures, LoadModel? load, CapacityOptions options)
    {
        var rate = figures.FirstOrDefault(figure => figure.Name == "request_rate")?.Projection?.Peak;
        return rate is { } peak && load is { RequestsPerSecond: > 0 } ? Replicas(peak, load, options) : null;
    }

    /// <summary>How many replicas a request rate needs, by the measured capacity of one.</summary>
    public static string Replicas(double requestsPerSecond, LoadModel load, CapacityOptions options)
    {
        var share = load.RequestsPerSecond * options.ReplicaLoadPercent / 100;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"A replica serves {load.RequestsPerSecond:0.#} requests/s with 95 % within {load.Goal.TotalSeconds:0.###} s "
            + $"(measured {load.MeasuredAt:yyyy-MM-dd}, {load.Cores} cores); at {options.ReplicaLoadPercent:0} % of that, "
            + $"{requestsPerSecond:0.##} requests/s need {Math.Max(1, Math.Ceiling(requestsPerSecond / share)):0} replicas.");
    }

    private static string Lower(string title) =>
        title.Length > 1 && char.IsLower(title[1]) ? $"{char.ToLowerInvariant(title[0])}{title[1..]}" : title;
}
