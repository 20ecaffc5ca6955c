namespace RagAspire.Maintenance.Runs;

/// <summary>How a run ended.</summary>
/// <param name="Report">The task's report; null when the task threw or never began.</param>
/// <param name="Error">Why the run did not succeed; null when it did.</param>
public sealed record RunOutcome(RunStatus Status, TaskReport? Report, string? Error)
{
    /// <summary>A failure makes the run a failed one; a task without work is skipped, which is no success.</summary>
    public static RunOutcome Of(TaskReport report) => report switch
    {
        { Failed: > 0 } => new RunOutcome(
            RunStatus.Failed, report, $"{report.Failed} of {report.Examined} failed; the report's notes give the reasons."),
        { Skipped: { } reason } => new RunOutcome(RunStatus.Skipped, report, reason),
        _ => new RunOutcome(RunStatus.Succeeded, report, null),
    };
}
