using Microsoft.Extensions.Options;
using RagAspire.Monitoring;

namespace RagAspire.Diagnosis.Machine;

/// <summary>Garbage collection and the thread pools of all processes, as Prometheus knows them.</summary>
internal sealed class ExportedRuntimes(PrometheusApi prometheus, IOptions<MachineOptions> options)
{
    private const string Jobs = "job=~\"ragaspire-.+\"";

    private readonly MachineOptions _options = options.Value;

    public bool IsConfigured => prometheus.IsConfigured;

    /// <exception cref="PrometheusException">There is no answer, or it knows no process.</exception>
    public async Task<IReadOnlyList<Observation>> ExamineAsync(
        string probe, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        Measure[] measures =
        [
            new(MachineFindings.GarbageCollection, "paused for garbage collection", "%", _options.GcPercent,
                where => $"100 * rate(dotnet_gc_pause_time_seconds_total{{{where}}}[2m])",
                value => $"was paused for garbage collection in {value} of the last two minutes"),
            new(MachineFindings.ThreadPool, "work that waits for a thread", "", _options.ThreadPoolQueue,
                where => $"min_over_time(dotnet_thread_pool_queue_length_total{{{where}}}[2m])",
                value => $"has had at least {value} work items that wait for a thread for two minutes"),
        ];
        var found = await Task.WhenAll(measures.Select(measure => ExamineAsync(probe, measure, window, cancellationToken)));
        return [.. found.SelectMany(observations => observations)];
    }

    private async Task<IReadOnlyList<Observation>> ExamineAsync(
        string probe, Measure measure, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var samples = await prometheus.QueryAsync(measure.Query(Jobs), cancellationToken);
        if (samples.Count == 0)
        {
            throw new PrometheusException("Prometheus has no figures of the processes' runtimes.");
        }

        return [.. samples.Where(sample => double.IsFinite(sample.Value))
            .Select(sample => Judge(probe, measure, sample, window)).OfType<Observation>()];
    }

    private static Observation? Judge(string probe, Measure measure, PrometheusSample sample, DiagnosisWindow window)
    {
        var (job, instance) = (sample["job"], sample["instance"]);
        var query = measure.Query($"job=\"{job}\",instance=\"{instance}\"");
        var figure = new Figure(
            probe, measure.Name, $"{job}/{instance}", Math.Round(sample.Value, 2), measure.Limit, measure.Unit, query);
        window.Figures.Add(figure);
        return sample.Value <= measure.Limit ? null : new Observation(
            measure.Code,
            $"{job} at {instance} {measure.Symptom(figure.Show(figure.Value))}.",
            [new Evidence(query, figure.Show(figure.Value), figure.Show(figure.Limit))])
        {
            Subject = figure.Of,
        };
    }

    /// <param name="Query">PromQL with these conditions on labels.</param>
    /// <param name="Symptom">What the value says of a process.</param>
    private sealed record Measure(
        string Code, string Name, string Unit, double Limit, Func<string, string> Query, Func<string, string> Symptom);
}
