using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Causes;

namespace RagAspire.Tests.Diagnosis;

/// <summary>
/// A history of the meters of an API in this process, and the diagnosis over it. Its clock moves by one step for each round of
/// traffic, so that rates do not depend on the speed of the machine.
/// </summary>
internal sealed class TroubleWatch : IDisposable
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly CauseOptions _options;
    private readonly MeterHistory _history;
    private readonly DiagnosisService _diagnosis;

    public TroubleWatch(IServiceProvider services, CauseOptions options)
    {
        _options = options;
        _history = new MeterHistory(services.GetRequiredService<IMeterFactory>(), Options.Create(options), _time);
        var causes = new CauseAnalysis(services.GetRequiredService<PrometheusMeasures>(), _history, Options.Create(options));

        // Without probes of the machine, which is busy with other things.
        _diagnosis = new DiagnosisService(
            [], services.GetRequiredService<ProbeRunner>(), services.GetRequiredService<IOptions<DiagnosisOptions>>(), causes,
            _time);
    }

    /// <summary>Lets traffic pass within one step, all at once.</summary>
    public async Task PassAsync(IEnumerable<Task> requests)
    {
        await Task.WhenAll(requests);
        _time.Advance(_options.Step);
        _history.Roll(_time.GetUtcNow());
    }

    /// <summary>The findings, the first cause first.</summary>
    public async Task<IReadOnlyList<Finding>> DiagnoseAsync() =>
        (await _diagnosis.DiagnoseAsync(range: null, TestContext.Current.CancellationToken)).Findings;

    public void Dispose() => _history.Dispose();
}
