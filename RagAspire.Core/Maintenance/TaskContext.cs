namespace RagAspire.Maintenance;

/// <summary>What a task is told about its run.</summary>
/// <param name="RunId">The row in <c>maintenance_runs</c>.</param>
/// <param name="DryRun">Nothing may be changed; the report says what would be.</param>
/// <param name="Actor">Who wants it: an API key's name, or "schedule".</param>
/// <param name="Progress">Told how far it is.</param>
public sealed record TaskContext(Guid RunId, bool DryRun, string Actor, IProgress<TaskProgress> Progress)
{
    /// <summary>The object of the run, such as a backup's id; null for the task's default.</summary>
    public string? Argument { get; init; }

    /// <summary>Says how far it is: step <paramref name="done"/> of <paramref name="total"/>, and what it is at.</summary>
    public void Report(long done, long total, string step) =>
        Progress.Report(new TaskProgress(total <= 0 ? 0 : (int)Math.Clamp(done * 100 / total, 0, 100), step));
}

/// <summary>How far a run is.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Step">What it is at, in a few words.</param>
public sealed record TaskProgress(int Percent, string Step);
