namespace RagAspire.Worker.Commands;

/// <summary>What the worker's commands end with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It ran and did not succeed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The same task runs already, or waits to.</summary>
    public const int Busy = 3;

    /// <summary>The database cannot be reached.</summary>
    public const int Unreachable = 4;

    /// <summary>There was nothing that it could do.</summary>
    public const int Skipped = 5;

    /// <summary>Somebody stopped it, as shells say it.</summary>
    public const int Cancelled = 130;
}
