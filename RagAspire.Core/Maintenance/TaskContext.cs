namespace RagAspire.Maintenance;

/// <summary>The run that a task belongs to.</summary>
/// <param name="RunId">The row in <c>maintenance_runs</c>.</param>
/// <param name="DryRun">Nothing may be changed; the report says what would be.</param>
/// <param name="Actor">The API key or command line that requested the run, or "schedule".</param>
/// <param name="Progress">Receives the progress.</param>
public sealed record TaskContext(Guid RunId, bool DryRun, string Actor, IProgress<TaskProgress> Progress)
{
    /// <summary>The object of the run, such as a backup's id; null for the task's default.</summary>
    public string? Argument { get; init; }

    /// <summary>Reports step <paramref name="done"/> of <paramref name="total"/>.</summary>
    /// <param name="step">The current work, in a few words.</param>
    public void Report(long done, long total, string step) =>
        Progress.Report(new TaskProgress(total <= 0 ? 0 : (int)Math.Clamp(done * 100 / total, 0, 100), step));
}

/// <summary>The progress of a run.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Step">The current work, in a few words.</param>
public sealed record TaskProgress(int Percent, string Step);
