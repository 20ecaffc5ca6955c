using System.Diagnostics.Metrics;

namespace RagAspire.Answers;

/// <summary>Durations of answers and of calls of the model.</summary>
public sealed class AnswerMetrics
{
    public const string MeterName = "RagAspire.Answers";

    private readonly Histogram<double> _answers;
    private readonly Histogram<double> _calls;
    private readonly Histogram<double> _firstTokens;

    public AnswerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        var buckets = new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [.01, .05, .1, .25, .5, 1, 2, 4, 8, 15, 30, 60, 120],
        };
        _answers = meter.CreateHistogram("rag.answer.duration", "s", "How long an answer took, from question to last word", advice: buckets);
        _calls = meter.CreateHistogram("rag.llm.response.duration", "s", "How long the model took for a whole response", advice: buckets);
        _firstTokens = meter.CreateHistogram("rag.llm.time_to_first_token", "s", "How long the model took to begin", advice: buckets);
    }

    public void Answered(AnswerKind kind, bool cached, double seconds) => _answers.Record(
        seconds,
        new KeyValuePair<string, object?>("kind", kind.Word()),
        new KeyValuePair<string, object?>("cached", cached ? "true" : "false"));

    public void ModelCalled(ModelCall call)
    {
        var model = new KeyValuePair<string, object?>("model", call.Model);
        _calls.Record(call.Total.TotalSeconds, model, new KeyValuePair<string, object?>("outcome", call.Outcome.Word()));
        if (call.FirstToken is { } firstToken)
        {
            _firstTokens.Record(firstToken.TotalSeconds, model);
        }
    }
}
