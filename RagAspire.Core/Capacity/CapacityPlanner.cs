using Microsoft.Extensions.Options;
using RagAspire.Capacity.History;
using RagAspire.Capacity.Recommendations;
using RagAspire.Monitoring;

namespace RagAspire.Capacity;

/// <summary>Plans from the past of the system. It reads and changes nothing.</summary>
public sealed class CapacityPlanner
{
    private readonly HistoryReader _history;
    private readonly ResourceRequests _requests;
    private readonly LoadModelFile _load;
    private readonly CapacityOptions _options;
    private readonly TimeProvider _time;

    internal CapacityPlanner(
        HistoryReader history, ResourceRequests requests, LoadModelFile load, IOptions<CapacityOptions> options,
            TimeProvider time) =>
        (_history, _requests, _load, _options, _time) = (history, requests, load, options.Value, time);

    /// <exception cref="TimeoutException">The sources took longer than the limit of all queries.</exception>
    public async Task<CapacityReport> PlanAsync(CapacityRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var now = _time.GetUtcNow();
        var window = HistoryWindow.Ending(now, request.History);
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var history = await _history.ReadAsync(window, request.Metric, either.Token);
            var load = await _load.ReadAsync(either.Token);
            CapacityFigure[] figures =
            [
                .. history.Metrics.AsParallel().AsOrdered().WithCancellation(either.Token)
                    .Select(metric => Limits.With(FigureAnalysis.Of(metric, window.To, request.Ahead), _options)),
            ];
            return new CapacityReport(
                now,
                request,
                figures,
                Recommender.For(figures, load, _options, now),
                request.Metric is null ? await RequestsAsync(window.To, either.Token) : [],
                WhatIfModel.Answer(request, figures, load, _options),
                load,
                Unknown(history, figures, load));
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The history was not read within {_options.Timeout.TotalSeconds:0} s.", ex);
        }
    }

    private async Task<IReadOnlyList<ResourceRequest>> RequestsAsync(DateTimeOffset to, CancellationToken cancellationToken)
    {
        try
        {
            return await _requests.FindAsync(to, cancellationToken);
        }
        catch (PrometheusException)
        {
            // The history of the figures names the reason already.
            return [];
        }
    }

    private static IReadOnlyList<string> Unknown(SystemHistory history, CapacityFigure[] figures, LoadModel? load) =>
    [
        .. history.Unavailable,
        .. history.Metrics.Where(metric => metric.NoLimit is not null && metric.Points.Count > 0)
            .Select(metric => $"{metric.Metric.Title}: {metric.NoLimit}"),
        .. figures.Where(figure => figure.Unknown is not null).Select(figure => $"{figure.FullTitle}: {figure.Unknown}"),
        .. load is null
            ? new[] { "The capacity of a replica was never measured (RagAspire.Benchmarks -- capacity)." } : [],
    ];
}
