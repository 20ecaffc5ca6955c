using Microsoft.Extensions.Options;
using RagAspire.Monitoring;

namespace RagAspire.Diagnosis.Causes;

/// <summary>Measures of all processes, from Prometheus.</summary>
internal sealed class PrometheusMeasures(PrometheusApi prometheus, IOptions<CauseOptions> options) : IMeasureHistory
{
    private const int MaxSteps = 120;

    public bool IsConfigured => prometheus.IsConfigured;

    public string Source => "Prometheus";

    public async Task<IReadOnlyList<MeasureSeries>> ReadAsync(
        Measure measure, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        try
        {
            var series = prometheus.RangeAsync(
                measure.Query(options.Value.RateRange), window.Since, window.Until, Step(window), cancellationToken);
            var recent = prometheus.QueryAsync(measure.Recent(options.Value), cancellationToken, window.Until);
            await Task.WhenAll(series, recent);
            var now = (await recent).Where(sample => double.IsFinite(sample.Value))
                .ToDictionary(sample => Label(sample.Labels), sample => sample.Value);
            return
            [
                .. (await series).Select(one => new MeasureSeries(
                    Label(one.Labels),
                    [.. one.Points.Where(point => double.IsFinite(point.Value)).Select(point => (point.At, point.Value))],
                    now.GetValueOrDefault(Label(one.Labels)))),
            ];

            string Label(IReadOnlyDictionary<string, string> labels) => labels.GetValueOrDefault(measure.By, "");
        }
        catch (PrometheusException ex)
        {
            throw new ProbeException(ex.Message, ex);
        }
    }

    private TimeSpan Step(DiagnosisWindow window)
    {
        var step = (window.Until - window.Since) / MaxSteps;
        return step > options.Value.Step ? step : options.Value.Step;
    }
}
