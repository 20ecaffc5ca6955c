using System.Diagnostics.Metrics;

namespace RagAspire.Maintenance.Tasks;

/// <summary>The gauges of <see cref="StoredMetrics"/>.</summary>
public sealed class MaintenanceMetrics
{
    public const string MeterName = "RagAspire.Maintenance";

    /// <summary>The stored metric of documents by status.</summary>
    public const string Documents = "documents";

    /// <summary>The stored metric of the configured certificates' expiry.</summary>
    public const string Certificates = "certificates";

    /// <summary>
    /// The stored layers of the extractor's sandbox: 1 holds, 0 is missing. Read by the diagnosis, not exported.
    /// </summary>
    public const string Sandbox = "sandbox";

    private IReadOnlyList<StoredMetric> _stored = [];

    public MaintenanceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "rag.documents", () => Measure(Documents), "{document}", "Documents in the store by status, counted every hour");
        meter.CreateObservableGauge(
            "rag.certificate.expiry_timestamp", () => Measure(Certificates), "s", "When each configured certificate expires");
    }

    public void Update(IReadOnlyList<StoredMetric> stored) => Volatile.Write(ref _stored, stored);

    private IEnumerable<Measurement<double>> Measure(string name) =>
        Volatile.Read(ref _stored).Where(metric => metric.Name == name).Select(metric => new Measurement<double>(
            metric.Value, metric.Labels.Select(label => new KeyValuePair<string, object?>(label.Key, label.Value))));
}
