using System.Globalization;
using RagAspire.Capacity.History;
using RagAspire.Capacity.Recommendations;

namespace RagAspire.Capacity;

/// <summary>Answers what-if questions in proportion: to the requests, or to the documents.</summary>
internal static class WhatIfModel
{
    public static IReadOnlyList<WhatIf> Answer(
        CapacityRequest request, IReadOnlyList<CapacityFigure> figures, LoadModel? load, CapacityOptions options) =>
    [
        .. request.Growth is { } growth ? Requests(growth, figures, load, options) : [],
        .. request.Documents is { } documents ? Documents(documents, figures, load, options) : [],
    ];

    private static IEnumerable<WhatIf> Requests(
        double growth, IReadOnlyList<CapacityFigure> figures, LoadModel? load, CapacityOptions options)
    {
        // The response time does not grow in proportion: it stays until a queue forms, which only a load test shows.
        foreach (var figure in figures.Where(figure => figure.Driver == GrowthDriver.Requests && figure.Name != "response_time"))
        {
            if (figure.CurrentPeak is { } peak)
            {
                var basis = figure.Name == "request_rate" && load is { RequestsPerSecond: > 0 }
                    ? Recommender.Replicas(peak * growth, load, options)
                    : string.Create(CultureInfo.InvariantCulture, $"The busiest step of the last 7 days, times {growth:0.##}.");
                yield return Line(figure, peak, peak * growth, basis);
            }
        }
    }

    private static IEnumerable<WhatIf> Documents(
        long documents, IReadOnlyList<CapacityFigure> figures, LoadModel? load, CapacityOptions options)
    {
        var count = figures.FirstOrDefault(figure => figure.Name == "documents")?.Last ?? 0;
        if (count <= 0)
        {
            yield break;
        }

        foreach (var figure in figures.Where(figure => figure.Driver == GrowthDriver.Documents
            && figure is { Last: not null, Name: not "disk" }))
        {
            var each = figure.Last!.Value / count;
            yield return Line(
                figure, figure.Last.Value, each * documents,
                figure.Name == "documents" ? "The assumption." : $"{Show.Value(each, figure.Unit)} for each document now.");
        }

        foreach (var disk in figures.Where(figure => figure is { Name: "disk", Last: not null }))
        {
            if (figures.FirstOrDefault(figure => figure.Name == "database_size")?.Last is { } size)
            {
                yield return Line(
                    disk, disk.Last!.Value, disk.Last.Value + (size / count * (documents - count)),
                    "If the database is on this disk: its size for each document, times the new documents.");
            }
        }

        if (load is { DocumentsPerSecond: > 0 } && documents > count)
        {
            foreach (var line in Ingestion(documents - count, load, options))
            {
                yield return line;
            }
        }
    }

    /// <summary>How long one worker takes for new documents, and how many take a day.</summary>
    private static IEnumerable<WhatIf> Ingestion(double added, LoadModel load, CapacityOptions options)
    {
        var each = load.DocumentsPerSecond * options.ReplicaLoadPercent / 100;
        var hours = added / each / 3600;
        var basis = string.Create(
            CultureInfo.InvariantCulture,
            $"A worker ingests {load.DocumentsPerSecond:0.###} documents/s (measured {load.MeasuredAt:yyyy-MM-dd}, {load.Cores} cores); "
            + $"at {options.ReplicaLoadPercent:0} % of that, {added:0} more take it {hours:0.#} hours.");
        yield return new WhatIf(
            "ingestion_hours", null, "Hours of one worker until the new documents are searchable", CapacityUnit.Count, 0, hours, null, false,
            basis);
        yield return new WhatIf(
            "workers", null, "Workers that ingest them within a day", CapacityUnit.Count, 1, Math.Max(1, Math.Ceiling(hours / 24)), null, false,
            basis);
    }

    private static WhatIf Line(CapacityFigure figure, double now, double then, string basis) => new(
        figure.Name, figure.Subject, figure.Title, figure.Unit, now, then, figure.Limit, figure.Limit is { } limit
            && then > limit, basis);
}
