using RagAspire.Diagnosis.Causes;
using RagAspire.Monitoring;

namespace RagAspire.Diagnosis.Models;

/// <summary>What the models have to do, and how fast they do it.</summary>
/// <param name="Waiting">Requests at their servers; null when unknown.</param>
/// <param name="TokensPerSecond">While answers are written; null when none was.</param>
/// <param name="Source">Whose figures these are.</param>
internal sealed record ModelFigures(
    double? Waiting, string WaitingQuery, double? TokensPerSecond, string SpeedQuery, string Source);

/// <summary>Reads the load of the models from Prometheus, else from this process' own meters.</summary>
internal sealed class ModelLoad(PrometheusApi prometheus, MeterHistory meters)
{
    private const string Speed = """
        sum(rate(gen_ai_client_token_usage_sum{gen_ai_token_type="output"}[RANGE])) / sum(rate(rag_llm_response_duration_seconds_sum[RANGE]))
        """;

    /// <exception cref="ProbeException">There is no source.</exception>
    public async Task<ModelFigures> ReadAsync(
        IReadOnlyList<int> ports, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var waiting = $"sum(http_client_active_requests{{server_port=~\"{string.Join('|', ports.Distinct())}\"}})";
        var range = FormattableString.Invariant($"{Math.Clamp((window.Until - window.Since).TotalSeconds, 60, 86_400):0}s");
        var speed = Speed.Trim().Replace("RANGE", range, StringComparison.Ordinal);
        var reason = "Prometheus has no figures of them.";
        Exception? failure = null;
        try
        {
            var figures = new ModelFigures(
                await ValueAsync(waiting, cancellationToken), waiting, await ValueAsync(speed, cancellationToken), speed, "Prometheus");
            if (figures is not { Waiting: null, TokensPerSecond: null })
            {
                return figures;
            }
        }
        catch (PrometheusException ex)
        {
            (reason, failure) = (ex.Message, ex);
        }

        if (!meters.HasMeasured)
        {
            throw new ProbeException($"The queue and the speed of the models are unknown. {reason}", failure);
        }

        var (tokens, seconds) = (
            await TotalAsync(Measures.TokensWritten, window, cancellationToken),
            await TotalAsync(Measures.ModelBusy, window, cancellationToken));
        var calls = await meters.ReadAsync(Measures.CallsAtOnce, window, cancellationToken);
        return new ModelFigures(
            calls.Where(server => ports.Any(port => server.Label == FormattableString.Invariant($"{port}")))
                .Sum(server => server.Now),
            waiting, seconds > 0 ? tokens / seconds : null, speed, meters.Source);
    }

    private async Task<double> TotalAsync(Measure measure, DiagnosisWindow window, CancellationToken cancellationToken) =>
        (await meters.ReadAsync(measure, window, cancellationToken)).Sum(series => series.Points.Sum(point => point.Value));

    private async Task<double?> ValueAsync(string query, CancellationToken cancellationToken)
    {
        var samples = await prometheus.QueryAsync(query, cancellationToken);
        return samples is [{ Value: var value }] && double.IsFinite(value) ? value : null;
    }
}
