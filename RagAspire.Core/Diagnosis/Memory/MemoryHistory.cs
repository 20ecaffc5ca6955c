using RagAspire.Monitoring;
using RagAspire.Monitoring.Memory;

namespace RagAspire.Diagnosis.Memory;

/// <summary>One part of a process' memory over time.</summary>
internal sealed record PartHistory(string Part, string Unit, MemorySeries Series, string Query);

/// <summary>All parts of a process.</summary>
internal sealed record ProcessHistory(string Service, string Instance, IReadOnlyList<PartHistory> Parts);

/// <summary>
/// Reads the memory of processes: the stored samples, and what Prometheus knows of the web app, containers and programs.
/// </summary>
public sealed class MemoryHistory(MemorySampleStore samples, PrometheusApi prometheus, TimeProvider time)
{
    // Prometheus answers a day in this step with as many points as are judged.
    private const int Steps = 288;

    private static readonly (string Query, string[] Labels, string Limit)[] Exported =
    [
        ("max by (name) (container_memory_working_set_bytes{name!=\"\"})", ["name"],
            "max by (name) (container_spec_memory_limit_bytes{name!=\"\"} > 0)"),
        ("sum by (namespace, pod, container) (container_memory_working_set_bytes{container!=\"\", container!=\"POD\"})",
            ["namespace", "pod", "container"],
                "sum by (namespace, pod, container) (container_spec_memory_limit_bytes{container!=\"\"} > 0)"),
        // Without a database it cannot store samples of its own.
        ("max by (job, instance) (dotnet_process_memory_working_set_bytes{job=\"ragaspire-web\"})", ["job", "instance"],
            "max by (job, instance) (rag_process_memory_limit_bytes{job=\"ragaspire-web\"})"),
        ("sum by (groupname) (namedprocess_namegroup_memory_bytes{memtype=\"resident\"})", ["groupname"], ""),
    ];

    /// <summary>The stored samples of each process since its last start.</summary>
    internal async Task<IReadOnlyList<ProcessHistory>> StoredAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
    [
        .. (await samples.ReadAsync(since, cancellationToken))
            .GroupBy(sample => (sample.Service, sample.Instance))
            .Select(group => Process(group.Key.Service, group.Key.Instance, [.. group])),
    ];

    /// <summary>The web app, containers and programs in Prometheus; nothing where none is configured.</summary>
    /// <exception cref="PrometheusException">It is configured and does not answer.</exception>
    internal async Task<IReadOnlyList<ProcessHistory>> ExportedAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (!prometheus.IsConfigured)
        {
            return [];
        }

        var found = new List<ProcessHistory>();
        var now = time.GetUtcNow();
        foreach (var (query, labels, limitQuery) in Exported)
        {
            var series = await prometheus.RangeAsync(query, since, now, (now - since) / Steps, cancellationToken);
            var limits = series.Count > 0 && limitQuery.Length > 0 ? await prometheus.QueryAsync(limitQuery, cancellationToken)
                : [];
            found.AddRange(series.Select(one =>
            {
                var name = Name(one.Labels, labels);
                var limit = limits.FirstOrDefault(sample => Name(sample.Labels, labels) == name)?.Value;
                var points = one.Points.Where(point => double.IsFinite(point.Value))
                    .Select(point => new MemoryPoint(point.At, point.Value));
                return new ProcessHistory(
                    name, "prometheus",
                        [new PartHistory("working set", "bytes", new MemorySeries([.. points], Limit: limit), query)]);
            }));
        }

        return found;
    }

    private static string Name(IReadOnlyDictionary<string, string> labels, string[] names) =>
        string.Join('/', names.Select(name => labels.GetValueOrDefault(name)).Where(value => !string.IsNullOrEmpty(value)));

    private static ProcessHistory Process(string service, string instance, List<MemorySample> all)
    {
        var started = all[^1].StartedAt;
        var current = all.Where(sample => sample.StartedAt == started).ToList();
        return new ProcessHistory(service, instance,
        [
            .. Part("working set", "working_set", "bytes", sample => sample.WorkingSet),
            .. Part("managed", "managed", "bytes", sample => sample.Managed),
            .. Part("large objects", "large_objects", "bytes", sample => sample.LargeObjects),
            .. Part("native", "native", "bytes", sample => sample.Native),
            .. Part("handles", "handles", "count", sample => sample.Handles),
            .. Part("threads", "threads", "count", sample => sample.Threads),
        ]);

        IEnumerable<PartHistory> Part(string name, string column, string unit, Func<MemorySample, double?> value)
        {
            var known = current.Where(sample => value(sample) is not null).ToList();
            if (known.Count == 0)
            {
                yield break;
            }

            var series = new MemorySeries(
                [.. known.Select(sample => new MemoryPoint(sample.At, value(sample)!.Value))],
                started,
                name == "working set" ? known[^1].Limit : null)
            {
                Loads =
                [
                    new MemoryLoad("chunks", [.. known.Select(sample => sample.Chunks ?? double.NaN)]),
                    new MemoryLoad("requests", [.. known.Select(sample => sample.Requests ?? double.NaN)]),
                ],
            };
            var which = $"service = {Quoted(service)} and instance = {Quoted(instance)}";
            yield return new PartHistory(
                name, unit, series, $"select at, {column} from memory_samples where {which} order by at");
        }
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
