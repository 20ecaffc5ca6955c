namespace RagAspire.Jobs;

/// <summary>How the run of a job ended, as a tag of its metrics.</summary>
public enum JobOutcome
{
    Succeeded,

    /// <summary>It failed, and runs again.</summary>
    Retried,

    /// <summary>It failed for the last time.</summary>
    Failed,

    Skipped,
    Cancelled,

    /// <summary>Its process died.</summary>
    Interrupted,
}
