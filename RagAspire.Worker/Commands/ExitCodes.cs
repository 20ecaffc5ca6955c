using RagAspire.Diagnosis;

namespace RagAspire.Worker.Commands;

/// <summary>The exit codes of the worker's commands.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command ran and failed.</summary>
    public const int Failed = 1;

    /// <summary>A diagnosis found warnings, or parts that could not be examined.</summary>
    public const int Warnings = 1;

    /// <summary>A diagnosis found something critical.</summary>
    public const int Critical = 2;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The same task is running or queued already.</summary>
    public const int Busy = 3;

    /// <summary>The database cannot be reached.</summary>
    public const int Unreachable = 4;

    /// <summary>The task had nothing to do.</summary>
    public const int Skipped = 5;

    /// <summary>The run was stopped: 128 + SIGINT, as shells report it.</summary>
    public const int Cancelled = 130;

    /// <summary>The code of a diagnosis; unknown is not healthy.</summary>
    public static int Of(DiagnosisStatus status) => status switch
    {
        DiagnosisStatus.Healthy => Success,
        DiagnosisStatus.Critical => Critical,
        _ => Warnings,
    };
}
