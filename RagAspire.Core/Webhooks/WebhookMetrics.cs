using System.Diagnostics.Metrics;

namespace RagAspire.Webhooks;

/// <summary>Metrics of webhooks.</summary>
public sealed class WebhookMetrics
{
    public const string MeterName = "RagAspire.Webhooks";

    private readonly Counter<long> _deliveries;
    private IReadOnlyList<(string Webhook, double Seconds)> _oldest = [];

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _deliveries = meter.CreateCounter<long>(
            "rag.webhook.deliveries", "{delivery}", "Attempts to deliver an event, by outcome: delivered, retried or failed");
        meter.CreateObservableGauge(
            "rag.webhook.oldest",
            () => Volatile.Read(ref _oldest).Select(
                oldest => new Measurement<double>(oldest.Seconds, new KeyValuePair<string, object?>("webhook", oldest.Webhook))),
            "s",
            "Age of the oldest event that a webhook has not taken, 0 without one");
    }

    public void Attempted(string webhook, string outcome) => _deliveries.Add(
        1, new KeyValuePair<string, object?>("webhook", webhook), new KeyValuePair<string, object?>("outcome", outcome));

    public void OldestAre(IReadOnlyList<(string Webhook, double Seconds)> oldest) => Volatile.Write(ref _oldest, oldest);
}
