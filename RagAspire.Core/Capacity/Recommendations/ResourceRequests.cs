using RagAspire.Monitoring;

namespace RagAspire.Capacity.Recommendations;

/// <summary>
/// Finds the request and limit of each process, store and container, by the rules of Kubernetes' vertical pod autoscaler.
/// </summary>
internal sealed class ResourceRequests(PrometheusApi prometheus)
{
    private const string Cpu = "cpu";
    private const string Memory = "memory";
    private const string Containers = "{container!=\"\", container!=\"POD\"}";
    private const double SafetyMargin = 1.15;
    private const double RequestShare = .9;
    private const double FirstCpuBucket = .01;
    private const double FirstMemoryBucket = 1e7;

    private static readonly TimeSpan History = TimeSpan.FromDays(8);
    private static readonly TimeSpan HalfLife = TimeSpan.FromHours(24);
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);

    // The largest replica: a request is set for all replicas alike.
    private static readonly (string Resource, string Label, string Query)[] Resources =
    [
        (Cpu, "job", "max by (job) (sum by (job, instance) (rate(dotnet_process_cpu_time_seconds_total[5m])))"),
        (Memory, "job", "max by (job) (max_over_time(dotnet_process_memory_working_set_bytes[5m]))"),

        // Each worker measures the same stores.
        (Cpu, "store", "max by (store) (rate(rag_store_cpu_seconds_total[5m]))"),
        (Memory, "store", "max by (store) (max_over_time(rag_store_memory_bytes[5m]))"),
        (Memory, "job", "max by (job) (max_over_time(memory_resident_bytes{job=\"qdrant\"}[5m]))"),

        // cAdvisor in Docker, and in Kubernetes.
        (Cpu, "name", "max by (name) (sum by (instance, name) (rate(container_cpu_usage_seconds_total{name!=\"\", container=\"\"}[5m])))"),
        (Memory, "name", "max by (name) (max_over_time(container_memory_working_set_bytes{name!=\"\", container=\"\"}[5m]))"),
        (Cpu, "container", $"max by (container) (sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{Containers}[5m])))"),
        (Memory, "container", $"max by (container) (max_over_time(container_memory_working_set_bytes{Containers}[5m]))"),
    ];

    /// <exception cref="PrometheusException">There is no answer.</exception>
    public async Task<IReadOnlyList<ResourceRequest>> FindAsync(DateTimeOffset to, CancellationToken cancellationToken)
    {
        var requests = new List<ResourceRequest>();
        foreach (var (resource, label, query) in Resources)
        {
            var firstBucket = resource == Cpu ? FirstCpuBucket : FirstMemoryBucket;
            foreach (var series in await prometheus.RangeAsync(query, to - History, to, Step, cancellationToken))
            {
                PrometheusPoint[] points = [.. series.Points.Where(point => double.IsFinite(point.Value))];
                if (points.Length > 0)
                {
                    requests.Add(Of(series[label], resource, points, firstBucket, query));
                }
            }
        }

        return requests;
    }

    internal static ResourceRequest Of(
        string process, string resource, IReadOnlyList<PrometheusPoint> points, double firstBucket, string query)
    {
        var histogram = new DecayingHistogram(firstBucket, HalfLife);
        foreach (var point in points)
        {
            histogram.Add(point.Value, point.At);
        }

        var request = histogram.Percentile(RequestShare) * SafetyMargin;
        var limit = Math.Max(request, points.Max(point => point.Value) * SafetyMargin);
        return new ResourceRequest(process, resource, request, limit, points.Count, query);
    }
}
