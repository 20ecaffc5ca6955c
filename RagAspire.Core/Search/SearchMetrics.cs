using System.Diagnostics.Metrics;

namespace RagAspire.Search;

/// <summary>Durations of searches and of the index.</summary>
public sealed class SearchMetrics
{
    public const string MeterName = "RagAspire.Search";

    private readonly Histogram<double> _searches;
    private readonly Histogram<double> _index;
    private readonly Histogram<double> _rerank;

    public SearchMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        var buckets = new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 10],
        };
        _searches = meter.CreateHistogram(
            "rag.search.duration", "s", "How long a search took, by the level of retrieval that it reached", advice: buckets);
        _index = meter.CreateHistogram("rag.vector.search.duration", "s", "How long the index took", advice: buckets);
        _rerank = meter.CreateHistogram(
            "rag.rerank.duration", "s", "How long a reranking model took, by outcome: ranked or failed", advice: buckets);
    }

    public void Searched(RetrievalLevel level, bool cached, double seconds) => _searches.Record(
        seconds,
        new KeyValuePair<string, object?>("mode", level.Word()),
        new KeyValuePair<string, object?>("cached", cached ? "true" : "false"));

    public void RerankTook(string outcome, double seconds) =>
        _rerank.Record(seconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void IndexTook(string index, double seconds) =>
        _index.Record(seconds, new KeyValuePair<string, object?>("index", index));
}
