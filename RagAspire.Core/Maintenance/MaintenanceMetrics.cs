using System.Diagnostics.Metrics;

namespace RagAspire.Maintenance;

/// <summary>Figures that maintenance computes now and then, as the database keeps them.</summary>
public sealed class MaintenanceMetrics
{
    public const string MeterName = "RagAspire.Maintenance";

    /// <summary>Documents by status, in <see cref="StoredMetrics"/>.</summary>
    public const string Documents = "documents";

    /// <summary>When each configured certificate expires, in <see cref="StoredMetrics"/>.</summary>
    public const string Certificates = "certificates";

    private IReadOnlyList<StoredMetric> _figures = [];

    public MaintenanceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("rag.documents", () => Measure(Documents), "{document}", "Documents in the store by status, counted every hour");
        meter.CreateObservableGauge(
            "rag.certificate.expiry_timestamp", () => Measure(Certificates), "s", "When each configured certificate expires");
    }

    public void Figures(IReadOnlyList<StoredMetric> figures) => Volatile.Write(ref _figures, figures);

    private IEnumerable<Measurement<double>> Measure(string name) =>
        Volatile.Read(ref _figures).Where(figure => figure.Name == name).Select(figure => new Measurement<double>(
            figure.Value, figure.Labels.Select(label => new KeyValuePair<string, object?>(label.Key, label.Value))));
}
