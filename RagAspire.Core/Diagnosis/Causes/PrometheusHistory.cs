using Microsoft.Extensions.Options;
using RagAspire.Monitoring;

namespace RagAspire.Diagnosis.Causes;

/// <summary>Measures of all processes, from Prometheus.</summary>
internal sealed class PrometheusHistory(PrometheusApi prometheus, IOptions<CauseOptions> options) : IMeasureHistory
{
    private const int MaxSteps = 120;

    public bool IsConfigured => prometheus.IsConfigured;

    public string Source => "Prometheus";

    public async Task<IReadOnlyList<MeasureSeries>> ReadAsync(
        Measure measure, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        try
        {
            var series = await prometheus.RangeAsync(
                measure.Query(options.Value.RateRange), window.Since, window.Until, Step(window), cancellationToken);
            return
            [
                .. series.Select(one => new MeasureSeries(
                    measure.By.Length == 0 ? "" : one[measure.By],
                    [.. one.Points.Where(point => double.IsFinite(point.Value)).Select(point => (point.At, point.Value))])),
            ];
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
