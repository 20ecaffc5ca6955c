namespace RagAspire.Diagnosis.Causes;

/// <summary>The analysis of causes as a part of one diagnosis, which also wants its tables.</summary>
internal sealed class CauseProbe(CauseAnalysis analysis) : IProbe
{
    public string Name => "causes";

    /// <summary>Null until the analysis is done.</summary>
    public CauseReport? Report { get; private set; }

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        Report = await analysis.AnalyzeAsync(window, cancellationToken);
        return ProbeException.Unless(Report.Unknown is { } reason ? [reason] : [], Report.Observations);
    }
}
