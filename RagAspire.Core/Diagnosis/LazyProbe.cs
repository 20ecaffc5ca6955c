namespace RagAspire.Diagnosis;

/// <summary>
/// A probe that is made when it is first run. To make it may connect to a store, and a store that does not answer must
/// hold up only the probe that needs it.
/// </summary>
internal sealed class LazyProbe(string name, bool comparesReadings, Func<IProbe> make) : IProbe
{
    private readonly Lazy<IProbe> _probe = new(make, LazyThreadSafetyMode.PublicationOnly);

    public string Name => name;

    public bool ComparesReadings => comparesReadings;

    public Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken) =>
        _probe.Value.ExamineAsync(window, cancellationToken);
}
