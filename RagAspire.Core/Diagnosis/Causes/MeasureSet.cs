namespace RagAspire.Diagnosis.Causes;

/// <summary>The values of all measures in one window.</summary>
internal sealed class MeasureSet(
    IReadOnlyDictionary<Measure, IReadOnlyList<MeasureSeries>> series, CauseOptions options, string source)
{
    private const int MaxLabels = 50;

    public CauseOptions Options => options;

    public string Source => source;

    public bool IsEmpty => series.Values.All(found => found.Count == 0);

    public IReadOnlyList<MeasureSeries> Of(Measure measure) => series.GetValueOrDefault(measure, []);

    /// <summary>PromQL of a measure over time, for one value of its label.</summary>
    public string Query(Measure measure, string label = "") => measure.Query(options.RateRange, measure.Matcher(label));

    /// <summary>PromQL that gives <see cref="Now"/> at the end of the window.</summary>
    public string Recent(Measure measure, string label = "") => measure.Recent(options, measure.Matcher(label));

    /// <summary>PromQL of the sum of the present means of all labels, or of those that a matcher leaves.</summary>
    public string RecentSum(Measure measure, string? matcher = null) => $"sum({measure.Recent(options, matcher)})";

    /// <summary>Evidence from these measures, with their source.</summary>
    public Evidence Evidence(string query, string value, string? limit = null) => new(query, value, limit) { Source = source };

    /// <summary>The mean at the end of the window; 0 where nothing was measured.</summary>
    public double Now(Measure measure, string label = "") => Of(measure).FirstOrDefault(one => one.Label == label)?.Now ?? 0;

    /// <summary>The level before the strongest change; null where there was none to compare with.</summary>
    public LevelChange? Change(Measure measure, string label = "") =>
        Of(measure).FirstOrDefault(one => one.Label == label) is { } found ? ChangeDetection.Find(found.Points) : null;

    /// <summary>
    /// A rise of a rate to several times the level before, which still holds.
    /// </summary>
    public LevelChange? Jump(Measure measure, string label = "") =>
        Change(measure, label) is { } change && Math.Min(change.After, Now(measure, label)) > Limit(change.Before)
            ? change
            : null;

    /// <summary>From nothing, a rise counts from the rate of a flood on.</summary>
    private double Limit(double before) => Math.Max(before * options.Jump, options.FloodPerSecond);

    /// <summary>When a measure rose to its present level; null when it did not rise clearly.</summary>
    public DateTimeOffset? Since(Measure measure, string label = "") =>
        Change(measure, label) is { Score: > 6 } change && change.After > change.Before ? change.At : null;

    /// <summary>The measures that changed most, of all labels.</summary>
    public IReadOnlyList<MeasureChange> Changes(int count) =>
    [
        .. series.SelectMany(
            pair => pair.Value.Take(MaxLabels)
                .Select(one => (Measure: pair.Key, Series: one, Change: ChangeDetection.Find(one.Points))))
            .Where(found => found.Change is { Score: > 6 } change
                && Math.Abs(change.After - change.Before) > .5 * Math.Abs(change.Before))
            .OrderByDescending(found => found.Change!.Score)
            .Take(count)
            .Select(found => new MeasureChange(
                Query(found.Measure, found.Series.Label),
                found.Change!.Before, found.Change.After, Math.Round(found.Change.Score, 1), found.Change.At)),
    ];
}
