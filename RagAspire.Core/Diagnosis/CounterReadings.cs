using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis;

/// <summary>
/// Runs the probes that compare readings between diagnoses, so that also the first diagnosis of a trouble has a reading of
/// before it.
/// </summary>
internal sealed class CounterReadings(
    IEnumerable<IProbe> probes, ProbeRunner runner, IOptions<DiagnosisOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReadingInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = time.GetUtcNow();
            var window = new DiagnosisWindow(now - options.Value.Window, now);
            await Task.WhenAll(probes.Where(probe => probe.ComparesReadings)
                .Select(probe => runner.RunAsync(probe, window, options.Value.Limit, stoppingToken)));
        }
    }
}
