using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Pushes the metrics to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> under the name and instance that the environment gives. The
/// resource belongs to the whole provider in OpenTelemetry, so this is a second provider beside that of Prometheus.
/// </summary>
internal sealed class TelemetryMetrics(IConfiguration configuration, ServiceIdentity identity) : IHostedService, IDisposable
{
    private MeterProvider? _provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(identity.DescribeProcess)
            .AddInstruments()
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _provider?.Dispose();
}
