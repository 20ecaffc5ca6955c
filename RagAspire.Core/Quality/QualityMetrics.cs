using System.Diagnostics.Metrics;

namespace RagAspire.Quality;

/// <summary>The quality of search.</summary>
public sealed class QualityMetrics
{
    public const string MeterName = "RagAspire.Quality";

    private volatile IReadOnlyList<Evaluation> _latest = [];

    public QualityMetrics(IMeterFactory meters) => meters.Create(MeterName).CreateObservableGauge(
        "rag.retrieval.quality", () => _latest.SelectMany(Measure), description: "Search accuracy of the golden sets, at their last evaluation");

    /// <summary>The last evaluation of each collection that has a golden set.</summary>
    public void Evaluated(IReadOnlyList<Evaluation> latest) => _latest = latest;

    private static IEnumerable<Measurement<double>> Measure(Evaluation evaluation) =>
    [
        Measure(evaluation, "recall@10", evaluation.RecallAt10),
        Measure(evaluation, "mrr", evaluation.Mrr),
        Measure(evaluation, "ndcg@10", evaluation.NdcgAt10),
    ];

    private static Measurement<double> Measure(Evaluation evaluation, string metric, double value) => new(
        value,
        new KeyValuePair<string, object?>("metric", metric),
        new KeyValuePair<string, object?>("collection", evaluation.Collection));
}
